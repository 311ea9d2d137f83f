package io.netsvc.inetd;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A pattern for hosts of hosts_access(5). One that is for names has the names that are verified, and
 * one of digits and wildcards has addresses alone, since a client may choose its name.
 *
 * @param fault why it cannot be told what it has, if that is so
 */
record HostPattern(Test test, Optional<String> fault) {
  private static final Pattern PREFIX = Pattern.compile("((0|[1-9][0-9]{0,2})\\.){1,3}");
  private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");
  private static final int MAPPED_BITS = 96;

  /** Whether it has a host. */
  interface Test {
    Truth of(Host host);
  }

  /** One end of a connection, whose name is looked up when a pattern asks for it. */
  static final class Host {
    private final InetAddress address;
    private final PeerNames names;
    private Optional<PeerName> name = Optional.empty();

    Host(InetAddress address, PeerNames names) {
      this.address = address;
      this.names = names;
    }

    PeerName name() {
      if (name.isEmpty()) {
        name = Optional.of(names.of(address));
      }
      return name.get();
    }
  }

  private static HostPattern of(Test test) {
    return new HostPattern(test, Optional.empty());
  }

  private static HostPattern unclear(String why) {
    return new HostPattern(_ -> Truth.MAYBE, Optional.of(why));
  }

  static HostPattern parse(String word) {
    var low = word.toLowerCase(Locale.ROOT);
    return switch (low) {
      case "all" -> of(_ -> Truth.YES);
      case "local" -> of(host -> host.name().is(name -> name.indexOf('.') < 0));
      case "known" -> of(host -> known(host.name()));
      case "unknown" -> of(host -> unknown(host.name()));
      case "paranoid" -> of(host -> paranoid(host.name()));
      default -> other(word, low);
    };
  }

  private static Truth known(PeerName name) {
    return switch (name) {
      case PeerName.Verified _ -> Truth.YES;
      case PeerName.Missing why -> why == PeerName.Missing.UNAVAILABLE ? Truth.MAYBE : Truth.NO;
    };
  }

  private static Truth unknown(PeerName name) {
    return switch (name) {
      case PeerName.Verified _ -> Truth.NO;
      case PeerName.Missing why -> why == PeerName.Missing.NONE ? Truth.YES : Truth.MAYBE;
    };
  }

  private static Truth paranoid(PeerName name) {
    return switch (name) {
      case PeerName.Verified _ -> Truth.NO;
      case PeerName.Missing why ->
          switch (why) {
            case NONE -> Truth.NO;
            case FORGED -> Truth.YES;
            case UNAVAILABLE -> Truth.MAYBE;
          };
    };
  }

  private static HostPattern other(String word, String low) {
    if (low.startsWith("@")) {
      return unclear("netgroups are not looked up");
    }
    if (low.startsWith("/")) {
      return file(word);
    }
    if (low.indexOf('*') >= 0 || low.indexOf('?') >= 0) {
      return wildcards(low);
    }
    if (low.startsWith(".") && PeerNames.isName(low.substring(1))) {
      return of(host -> host.name().is(name -> name.endsWith(low)));
    }
    if (PREFIX.matcher(low).matches()) {
      return of(host -> Truth.of(Addresses.text(host.address).startsWith(low)));
    }
    if (PeerNames.isName(low)) {
      return of(host -> host.name().is(low::equals));
    }
    return network(low).orElseGet(() -> unclear("it is no pattern for hosts"));
  }

  private static HostPattern wildcards(String pattern) {
    boolean plain = pattern.indexOf('/') < 0 && pattern.indexOf('[') < 0;
    if (!plain || pattern.startsWith(".") || pattern.endsWith(".")) {
      return unclear("wildcards do not go with networks, domains and prefixes");
    }
    boolean address = pattern.indexOf(':') >= 0 || pattern.chars().noneMatch(Character::isLetter);
    return of(
        host -> {
          boolean like = Wildcards.match(pattern, Addresses.text(host.address));
          // dead* may be meant for addresses of IPv6
          return address ? Truth.of(like) : host.name().is(n -> Wildcards.match(pattern, n)).or(like ? Truth.MAYBE : Truth.NO);
        });
  }

  /** Reads {@code address}, {@code net/bits}, {@code net/mask}, {@code [v6]} or {@code [v6]/bits}. */
  private static Optional<HostPattern> network(String text) {
    int slash = text.indexOf('/');
    var net = slash < 0 ? text : text.substring(0, slash);
    boolean bracketed = net.startsWith("[") && net.endsWith("]") && net.indexOf(':') >= 0;
    var literal = bracketed ? net.substring(1, net.length() - 1) : net;
    var address = Addresses.literal(literal);
    if (address.isEmpty()) {
      return Optional.empty();
    }
    if (slash < 0) {
      return Optional.of(of(host -> Truth.of(address.get().equals(host.address))));
    }
    byte[] raw = address.get().getAddress();
    var mask = mask(text.substring(slash + 1), raw.length, literal.indexOf(':') >= 0);
    boolean valid = !text.endsWith("/255.255.255.255"); // hosts_access(5) says so
    if (mask.isEmpty() || raw.length > 4 || (valid && isNetwork(raw, mask.get()))) {
      return mask.map(m -> of(host -> within(host, raw, m)));
    }
    // To some, what is left of an address under the mask is never this; to others, it counts alike.
    return Optional.of(
        new HostPattern(
            host -> within(host, raw, mask.get()).and(Truth.MAYBE),
            Optional.of("it is no network with its mask")));
  }

  private static Optional<byte[]> mask(String text, int length, boolean six) {
    if (text.indexOf('.') >= 0) {
      return Addresses.literal(text).filter(_ -> !six).map(InetAddress::getAddress);
    }
    if (!BITS.matcher(text).matches()) {
      return Optional.empty();
    }
    int bits = Integer.parseInt(text) - (six && length == 4 ? MAPPED_BITS : 0);
    return bits < 0 || bits > length * 8 ? Optional.empty() : Optional.of(ofBits(bits, length));
  }

  private static byte[] ofBits(int bits, int length) {
    var mask = new byte[length];
    for (int i = 0; i < length; i++) {
      mask[i] = (byte) (0xff00 >> Math.clamp(bits - 8L * i, 0, 8));
    }
    return mask;
  }

  /** Whether bits are the same where the mask has ones, which may have holes. */
  private static Truth within(Host host, byte[] network, byte[] mask) {
    byte[] address = host.address.getAddress();
    boolean same = address.length == network.length;
    for (int i = 0; same && i < network.length; i++) {
      same = ((address[i] ^ network[i]) & mask[i]) == 0;
    }
    return Truth.of(same);
  }

  private static boolean isNetwork(byte[] network, byte[] mask) {
    for (int i = 0; i < network.length; i++) {
      if ((network[i] & ~mask[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  /** A file of patterns between blanks; one that is not there has none. */
  private static HostPattern file(String name) {
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException _) {
      return unclear("it is no file");
    }
    return of(host -> inFile(path, host));
  }

  private static Truth inFile(Path path, Host host) {
    var found = Truth.NO;
    try {
      for (var line : Files.readAllLines(path, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("#")) {
          continue;
        }
        for (var word : line.strip().split("\\s+", -1)) {
          if (!word.isEmpty()) {
            found = found.or(word.startsWith("/") ? Truth.MAYBE : parse(word).test().of(host));
          }
        }
      }
      return found;
    } catch (NoSuchFileException _) {
      return Truth.NO;
    } catch (IOException _) {
      return Truth.MAYBE;
    }
  }
}
