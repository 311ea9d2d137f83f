package io.netsvc.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netsvc.net.ProxyHeader.Command;
import io.netsvc.net.ProxyHeader.Version;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.util.List;
import java.util.regex.Pattern;

/** Version 1: {@code PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CR LF}. */
final class ProxyV1 {
  private static final int LONGEST = 107;
  private static final String BEGIN = "PROXY ";
  private static final String UNKNOWN = "UNKNOWN";
  private static final int SPACES = 5;
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]+");
  private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

  private ProxyV1() {}

  /** Whether a byte can stand where it does; those before it can. */
  static boolean fits(byte[] bytes, int at) {
    if (at < BEGIN.length()) {
      return bytes[at] == BEGIN.charAt(at);
    }
    int b = bytes[at];
    int inProtocol = at - BEGIN.length();
    if (bytes[BEGIN.length()] == 'U') {
      if (inProtocol < UNKNOWN.length()) {
        return b == UNKNOWN.charAt(inProtocol);
      }
      if (inProtocol == UNKNOWN.length() && b != ' ' && b != '\r') {
        return false;
      }
    } else if (inProtocol < 5) {
      return inProtocol == 3 ? b == '4' || b == '6' : b == "TCP4 ".charAt(inProtocol);
    }
    if (bytes[at - 1] == '\r') {
      return b == '\n';
    }
    if (bytes[at - 1] == '\n') {
      return false; // the line has ended sooner than its fields let it
    }
    return b == '\r' || (b >= ' ' && b <= '~' && at < LONGEST - 2);
  }

  /** How many bytes come next at least: each field that is missing has a space and a character. */
  static int wanted(byte[] bytes, int size) {
    int last = bytes[size - 1];
    if (last == '\n') {
      return 0;
    }
    if (last == '\r') {
      return 1;
    }
    if (bytes[BEGIN.length()] == 'U') {
      return 2;
    }
    int missing = SPACES;
    for (int i = 0; i < size; i++) {
      missing -= bytes[i] == ' ' ? 1 : 0;
    }
    return 2 * Math.max(0, missing) + (last == ' ' ? 1 : 0) + 2;
  }

  static ProxyHeader parse(ProxyParser parser, byte[] bytes, int size) throws ProtocolException {
    if (bytes[BEGIN.length()] == 'U') {
      return new ProxyHeader(Version.V1, Command.LOCAL, null, null, List.of());
    }
    var fields = new String(bytes, 0, size - 2, US_ASCII).split(" ", -1);
    int at = BEGIN.length() + "TCP4 ".length();
    if (fields.length != SPACES + 1) {
      throw parser.fault(at, fields.length + " fields, expected " + (SPACES + 1));
    }
    boolean six = fields[1].equals("TCP6");
    int[] offsets = new int[fields.length];
    for (int i = 2; i < fields.length; i++) {
      offsets[i] = at;
      at += fields[i].length() + 1;
    }
    var source = address(parser, offsets[2], fields[2], six);
    var destination = address(parser, offsets[3], fields[3], six);
    return new ProxyHeader(
        Version.V1,
        Command.PROXY,
        new InetSocketAddress(source, port(parser, offsets[4], fields[4])),
        new InetSocketAddress(destination, port(parser, offsets[5], fields[5])),
        List.of());
  }

  private static InetAddress address(ProxyParser parser, int at, String text, boolean six)
      throws ProtocolException {
    try {
      if ((six ? IPV6 : IPV4).matcher(text).matches()) {
        return InetAddress.ofLiteral(text);
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw parser.fault(at, "expected an " + (six ? "IPv6" : "IPv4") + " address");
  }

  private static int port(ProxyParser parser, int at, String text) throws ProtocolException {
    int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (port < 0 || port > 65_535) {
      throw parser.fault(at, "expected a port, 0 to 65535 without leading zeros");
    }
    return port;
  }

  static byte[] encode(ProxyHeader header) {
    if (!(header.source().orElse(null) instanceof InetSocketAddress source)
        || !(header.destination().orElse(null) instanceof InetSocketAddress destination)) {
      return (BEGIN + UNKNOWN + "\r\n").getBytes(US_ASCII);
    }
    boolean four =
        source.getAddress() instanceof Inet4Address
            && destination.getAddress() instanceof Inet4Address;
    var line =
        BEGIN
            + (four ? "TCP4 " : "TCP6 ")
            + text(source, four)
            + ' '
            + text(destination, four)
            + ' '
            + source.getPort()
            + ' '
            + destination.getPort()
            + "\r\n";
    return line.getBytes(US_ASCII);
  }

  private static String text(InetSocketAddress address, boolean four) {
    var text = AddressText.of(address.getAddress());
    int scope = text.indexOf('%');
    if (scope >= 0) {
      return text.substring(0, scope); // means nothing to the reader
    }
    return four || !(address.getAddress() instanceof Inet4Address) ? text : "::ffff:" + text;
  }
}
