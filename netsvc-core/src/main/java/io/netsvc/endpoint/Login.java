package io.netsvc.endpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Objects;

/**
 * A user and a password, as proxies take them in any of their ways. It does not print the password.
 *
 * @param user 1 to 255 bytes of UTF-8 without a colon
 * @param password up to 255 bytes
 */
record Login(String user, String password) {
  Login {
    check("user", user, 1);
    check("password", password, 0);
    if (user.indexOf(':') >= 0) {
      throw new IllegalArgumentException("colon in the user"); // RFC 7617 section 2
    }
  }

  private static void check(String what, String value, int least) {
    int length = bytes(Objects.requireNonNull(value, what)).length;
    if (length < least || length > 255) { // RFC 1929 section 2
      throw new IllegalArgumentException(what + " of " + length + " bytes");
    }
    if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IllegalArgumentException("control character in the " + what);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  byte[] userBytes() {
    return bytes(user);
  }

  byte[] passwordBytes() {
    return bytes(password);
  }

  /** {@return what HTTP's Basic authentication sends: RFC 7617} */
  String basic() {
    return "Basic " + Base64.getEncoder().encodeToString(bytes(user + ':' + password));
  }

  /** {@return whether it is the same one; how long that takes tells nothing} */
  boolean matches(byte[] otherUser, byte[] otherPassword) {
    boolean sameUser = MessageDigest.isEqual(userBytes(), otherUser);
    boolean samePassword = MessageDigest.isEqual(passwordBytes(), otherPassword);
    return sameUser && samePassword;
  }

  /** {@return whether a field of HTTP tells this one, its scheme in whichever case} */
  boolean isBasic(String field) {
    int space = field.indexOf(' ');
    if (space < 0 || !field.substring(0, space).equalsIgnoreCase("Basic")) {
      return false;
    }
    var told = field.substring(space).strip().getBytes(StandardCharsets.ISO_8859_1);
    return MessageDigest.isEqual(told, bytes(basic().substring("Basic ".length())));
  }

  @Override
  public String toString() {
    return "login of " + user;
  }
}
