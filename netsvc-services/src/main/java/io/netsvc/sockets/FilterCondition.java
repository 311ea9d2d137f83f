package io.netsvc.sockets;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** What a filter's expression says. */
sealed interface FilterCondition extends Predicate<SocketEntry> {

  /** {@return the local port without which it takes no socket} */
  default OptionalInt localPort() {
    return OptionalInt.empty();
  }

  /** Takes what every part does; all sockets without a part. */
  record All(List<FilterCondition> parts) implements FilterCondition {
    @Override
    public boolean test(SocketEntry entry) {
      for (var part : parts) {
        if (!part.test(entry)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public OptionalInt localPort() {
      return parts.stream()
          .map(FilterCondition::localPort)
          .filter(OptionalInt::isPresent)
          .findFirst()
          .orElse(OptionalInt.empty());
    }
  }

  /** Takes what some part does. */
  record Any(List<FilterCondition> parts) implements FilterCondition {
    @Override
    public boolean test(SocketEntry entry) {
      for (var part : parts) {
        if (part.test(entry)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Takes what another does not. */
  record Not(FilterCondition other) implements FilterCondition {
    @Override
    public boolean test(SocketEntry entry) {
      return !other.test(entry);
    }
  }

  /** A predicate, with the local port that it asks for, if it asks for one. */
  record Simple(Predicate<SocketEntry> predicate, OptionalInt port) implements FilterCondition {
    @Override
    public boolean test(SocketEntry entry) {
      return predicate.test(entry);
    }

    @Override
    public OptionalInt localPort() {
      return port;
    }
  }

  static FilterCondition of(Predicate<SocketEntry> predicate) {
    return new Simple(predicate, OptionalInt.empty());
  }
}
