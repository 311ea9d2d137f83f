package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a TLS client says first (RFC 8446 section 4.1.2, and the same in all versions since 1.0), of
 * which the name it asks for is all that matters here: RFC 6066 section 3.
 *
 * @param bytes that were read, for whoever is to see them
 * @param tls whether they are TLS; if not, they are as few as it takes to tell
 * @param serverName in lower case, without a dot at its end
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record ClientHello(byte[] bytes, boolean tls, Optional<String> serverName) {
  private static final int HANDSHAKE = 22;
  private static final int LONGEST_RECORD = 1 << 14; // RFC 8446 section 5.1
  private static final int LONGEST = 64 * 1024;
  private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,255}");

  /**
   * Reads the records that it is in, of up to 64 KiB, and nothing after them.
   *
   * @throws java.net.ProtocolException if it begins as TLS and is something else then
   */
  static ClientHello read(Handshake handshake) throws IOException {
    var all = new ByteArrayOutputStream();
    var message = new ByteArrayOutputStream();
    do {
      int type = handshake.readByte();
      all.write(type);
      if (type != HANDSHAKE) {
        return notTls(handshake, all);
      }
      byte[] head = handshake.read(4);
      all.writeBytes(head);
      if (head[0] != 3) { // the major version
        return notTls(handshake, all);
      }
      int length = ByteBuffer.wrap(head).getShort(2) & 0xffff;
      if (length == 0 || length > LONGEST_RECORD || all.size() + length > LONGEST) {
        throw handshake.fault("TLS record of " + length + " bytes in a ClientHello");
      }
      byte[] fragment = handshake.read(length);
      all.writeBytes(fragment);
      message.writeBytes(fragment);
    } while (wanted(handshake, message.toByteArray()) > message.size());
    return new ClientHello(all.toByteArray(), true, name(handshake, message.toByteArray()));
  }

  private static ClientHello notTls(Handshake handshake, ByteArrayOutputStream all)
      throws IOException {
    if (all.size() > 5) {
      throw handshake.fault("ClientHello without an end");
    }
    return new ClientHello(all.toByteArray(), false, Optional.empty());
  }

  /** {@return how long the message is; at least its head, as long as that is not there} */
  private static int wanted(Handshake handshake, byte[] message) throws IOException {
    if (message[0] != 1) {
      throw handshake.fault("TLS without a ClientHello");
    }
    if (message.length < 4) {
      return 4;
    }
    int length = ByteBuffer.wrap(message).getInt() & 0xffffff;
    if (length > LONGEST) {
      throw handshake.fault("ClientHello longer than 64 KiB");
    }
    return 4 + length;
  }

  private static Optional<String> name(Handshake handshake, byte[] message) throws IOException {
    try {
      var hello = ByteBuffer.wrap(message);
      var body = part(hello, hello.getInt() & 0xffffff);
      part(body, 2 + 32); // version, random
      part(body, body.get() & 0xff); // session
      part(body, body.getShort() & 0xffff); // cipher suites
      part(body, body.get() & 0xff); // compression methods
      if (!body.hasRemaining()) {
        return Optional.empty();
      }
      var extensions = part(body, body.getShort() & 0xffff);
      while (extensions.hasRemaining()) {
        int type = extensions.getShort();
        var extension = part(extensions, extensions.getShort() & 0xffff);
        if (type == 0) {
          return hostName(handshake, part(extension, extension.getShort() & 0xffff));
        }
      }
      return Optional.empty();
    } catch (BufferUnderflowException e) {
      var fault = handshake.fault("malformed ClientHello");
      fault.initCause(e);
      throw fault;
    }
  }

  private static Optional<String> hostName(Handshake handshake, ByteBuffer names)
      throws IOException {
    while (names.hasRemaining()) {
      int type = names.get();
      var name = part(names, names.getShort() & 0xffff);
      if (type == 0) {
        var text = US_ASCII.decode(name).toString().toLowerCase(Locale.ROOT);
        if (!NAME.matcher(text).matches()) {
          throw handshake.fault("server name with strange characters");
        }
        return Optional.of(text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
      }
    }
    return Optional.empty();
  }

  private static ByteBuffer part(ByteBuffer from, int length) {
    if (length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    var part = from.slice(from.position(), length);
    from.position(from.position() + length);
    return part;
  }
}
