package io.netsvc.inetd.config;

import java.util.Optional;

/** {@code tcp[,sndbuf=size][,rcvbuf=size]}, where a size may end in {@code k} or {@code m}. */
record ProtocolField(Protocol protocol, Optional<Integer> sendBuffer, Optional<Integer> receiveBuffer) {
  static ProtocolField parse(Word word) throws Rejected {
    var parts = word.text().split(",", -1);
    var protocol = protocol(word, parts[0]);
    var send = Optional.<Integer>empty();
    var receive = Optional.<Integer>empty();
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("sndbuf=") && send.isEmpty()) {
        send = Optional.of(size(word, parts[i].substring(7)));
      } else if (parts[i].startsWith("rcvbuf=") && receive.isEmpty()) {
        receive = Optional.of(size(word, parts[i].substring(7)));
      } else {
        throw word.expected("a protocol, at most one sndbuf=size and one rcvbuf=size");
      }
    }
    return new ProtocolField(protocol, send, receive);
  }

  private static Protocol protocol(Word word, String name) throws Rejected {
    return switch (name) {
      case "tcp6only" -> Protocol.TCP6;
      case "udp6only" -> Protocol.UDP6;
      default -> Protocol.of(name).orElseThrow(() -> rejected(word, name));
    };
  }

  private static Rejected rejected(Word word, String name) {
    return name.startsWith("rpc/") || name.startsWith("faith/")
        ? word.unsupported()
        : word.expected("tcp, tcp4, tcp6, tcp46, udp, udp4, udp6, udp46 or unix");
  }

  private static int size(Word word, String text) throws Rejected {
    return Numbers.size(text)
        .orElseThrow(
            () -> word.expected("a buffer size from 1 to 2147483647, such as 64k or 1m"));
  }
}
