package io.netsvc.inetd.config;

import java.util.Optional;

/**
 * {@code [rpc/]tcp[,sndbuf=size][,rcvbuf=size]}, where a size may end in {@code k} or {@code m}.
 *
 * @param rpc whether the service is a program of RPC
 */
record ProtocolField(
    Protocol protocol, boolean rpc, Optional<Integer> sendBuffer, Optional<Integer> receiveBuffer) {

  static ProtocolField parse(Word word, Rules rules, Entry entry) throws Rejected {
    var parts = word.text().split(",", -1);
    var name = parts[0];
    if (name.startsWith("faith/")) {
      entry.remark(word.position(), "\"faith/\" is ignored");
      name = name.substring(6);
    }
    boolean rpc = name.startsWith("rpc/");
    if (rpc) {
      rules.require(Rules.Has.RPC, word);
      name = name.substring(4);
    }
    if (name.endsWith("6only")) {
      rules.require(Rules.Has.SIX_ONLY, word);
    }
    var protocol = meant(named(word, name), word, rules, entry);
    var send = Optional.<Integer>empty();
    var receive = Optional.<Integer>empty();
    for (int i = 1; i < parts.length; i++) {
      rules.require(Rules.Has.BUFFERS, word);
      if (parts[i].startsWith("sndbuf=") && send.isEmpty()) {
        send = Optional.of(size(word, parts[i].substring(7)));
      } else if (parts[i].startsWith("rcvbuf=") && receive.isEmpty()) {
        receive = Optional.of(size(word, parts[i].substring(7)));
      } else {
        throw word.expected("a protocol, at most one sndbuf=size and one rcvbuf=size");
      }
    }
    return new ProtocolField(protocol, rpc, send, receive);
  }

  /** Returns the protocol of that name. */
  static Protocol named(Word word, String name) throws Rejected {
    return switch (name) {
      case "tcp6only" -> Protocol.TCP6;
      case "udp6only" -> Protocol.UDP6;
      default ->
          Protocol.of(name)
              .orElseThrow(
                  () -> word.expected("tcp, tcp4, tcp6, tcp46, udp, udp4, udp6, udp46 or unix"));
    };
  }

  /** Returns what the server means by a protocol. */
  private static Protocol meant(Protocol protocol, Word word, Rules rules, Entry entry) throws Rejected {
    switch (protocol) {
      case TCP4, UDP4 -> rules.require(Rules.Has.FOUR, word);
      case TCP46, UDP46 -> {
        if (rules.have(Rules.Has.BOTH_IS_FOUR)) {
          entry.remark(word.position(), "read " + Word.shown(word.text()) + ", which is IPv4 alone in " + rules.server());
          return protocol == Protocol.TCP46 ? Protocol.TCP4 : Protocol.UDP4;
        }
        rules.require(Rules.Has.BOTH, word);
      }
      case UNIX -> rules.require(Rules.Has.UNIX, word);
      case TCP -> {
        return rules.have(Rules.Has.DUAL) ? Protocol.TCP : Protocol.TCP4;
      }
      case UDP -> {
        return rules.have(Rules.Has.DUAL) ? Protocol.UDP : Protocol.UDP4;
      }
      case TCP6, UDP6 -> {}
    }
    return protocol;
  }

  private static int size(Word word, String text) throws Rejected {
    return Numbers.size(text)
        .orElseThrow(
            () -> word.expected("a buffer size from 1 to 2147483647, such as 64k or 1m"));
  }
}
