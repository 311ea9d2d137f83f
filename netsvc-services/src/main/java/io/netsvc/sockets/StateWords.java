package io.netsvc.sockets;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The states of a filter, and its words for several of them. */
final class StateWords {
  private static final Map<String, Set<SocketState>> SETS = sets();

  private StateWords() {}

  /** Reads any number of {@code state} and {@code exclude}, in order: what ss(8) has first. */
  static Optional<Set<SocketState>> read(FilterText in) {
    Optional<Set<SocketState>> states = Optional.empty();
    while (true) {
      var prefix = in.peek();
      boolean adds = prefix.text().equals("state");
      if (!adds && !isExclude(prefix.text())) {
        return states;
      }
      in.next();
      var word = in.next();
      var named = SETS.get(word.text().toLowerCase(Locale.ROOT));
      if (named == null) {
        var all = String.join(", ", SETS.keySet());
        throw in.unexpected(word, "a state (" + all + ")", SETS.keySet());
      }
      var now = states.orElse(adds ? Set.of() : SETS.get("all"));
      var changed = EnumSet.noneOf(SocketState.class);
      changed.addAll(now);
      if (adds) {
        changed.addAll(named);
      } else {
        changed.removeAll(named);
      }
      if (changed.isEmpty()) {
        throw in.failure(
            prefix.position(),
            "expected some state to be left, read " + prefix.text() + ' ' + word.text());
      }
      states = Optional.of(changed);
    }
  }

  static boolean isPrefix(String word) {
    return word.equals("state") || isExclude(word);
  }

  private static boolean isExclude(String word) {
    return word.equals("exclude") || word.equals("excl");
  }

  private static Map<String, Set<SocketState>> sets() {
    Map<String, Set<SocketState>> sets = new LinkedHashMap<>();
    for (var state : SocketState.values()) {
      sets.put(state.filterName(), EnumSet.of(state));
    }
    var bucket = EnumSet.of(SocketState.SYN_RECEIVED, SocketState.TIME_WAIT);
    var connected =
        EnumSet.complementOf(
            EnumSet.of(SocketState.LISTENING, SocketState.CLOSED, SocketState.BOUND));
    var synchronizedStates = EnumSet.copyOf(connected);
    synchronizedStates.remove(SocketState.SYN_SENT);
    sets.put("syn-rcv", EnumSet.of(SocketState.SYN_RECEIVED));
    sets.put("close", EnumSet.of(SocketState.CLOSED));
    sets.put("unconnected", EnumSet.of(SocketState.CLOSED));
    sets.put("all", EnumSet.allOf(SocketState.class));
    sets.put("connected", connected);
    sets.put("synchronized", synchronizedStates);
    sets.put("bucket", bucket);
    sets.put("big", EnumSet.complementOf(bucket));
    return sets;
  }
}
