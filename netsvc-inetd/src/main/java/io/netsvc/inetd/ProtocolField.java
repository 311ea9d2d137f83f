package io.netsvc.inetd;

import java.util.OptionalInt;

/** {@code tcp[,sndbuf=size][,rcvbuf=size]}, where a size may end in {@code k} or {@code m}. */
record ProtocolField(Protocol protocol, OptionalInt sendBuffer, OptionalInt receiveBuffer) {
  static ProtocolField parse(Word word) throws Rejected {
    var parts = word.text().split(",", -1);
    var protocol = protocol(word, parts[0]);
    var send = OptionalInt.empty();
    var receive = OptionalInt.empty();
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("sndbuf=") && send.isEmpty()) {
        send = OptionalInt.of(size(word, parts[i].substring(7)));
      } else if (parts[i].startsWith("rcvbuf=") && receive.isEmpty()) {
        receive = OptionalInt.of(size(word, parts[i].substring(7)));
      } else {
        throw word.expected("a protocol, at most one sndbuf=size and one rcvbuf=size");
      }
    }
    return new ProtocolField(protocol, send, receive);
  }

  private static Protocol protocol(Word word, String name) throws Rejected {
    return switch (name) {
      case "tcp" -> Protocol.TCP;
      case "tcp4" -> Protocol.TCP4;
      case "tcp6", "tcp6only" -> Protocol.TCP6;
      case "tcp46" -> Protocol.TCP46;
      case "udp" -> Protocol.UDP;
      case "udp4" -> Protocol.UDP4;
      case "udp6", "udp6only" -> Protocol.UDP6;
      case "udp46" -> Protocol.UDP46;
      case "unix" -> Protocol.UNIX;
      default -> throw rejected(word, name);
    };
  }

  private static Rejected rejected(Word word, String name) {
    return name.startsWith("rpc/") || name.startsWith("faith/")
        ? word.unsupported()
        : word.expected("tcp, tcp4, tcp6, tcp46, udp, udp4, udp6, udp46 or unix");
  }

  private static int size(Word word, String text) throws Rejected {
    int unit =
        switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 'k', 'K' -> 1024;
          case 'm', 'M' -> 1024 * 1024;
          default -> 1;
        };
    var number = Numbers.parse(unit == 1 ? text : text.substring(0, text.length() - 1));
    long size = (long) number.orElse(0) * unit;
    if (size < 1 || size > Integer.MAX_VALUE) {
      throw word.expected("a buffer size from 1 to 2147483647, such as 64k or 1m");
    }
    return (int) size;
  }
}
