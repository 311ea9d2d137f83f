package io.netsvc.sockets;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The states of the kernel's table of sockets: tcp_states.h, with the names of ss(8). */
public enum SocketState {
  ESTABLISHED(1, "ESTAB", "established"),
  SYN_SENT(2, "SYN-SENT", "syn-sent"),
  /** As a request of a listener that waits for the third segment. */
  SYN_RECEIVED(3, "SYN-RECV", "syn-recv"),
  FIN_WAIT_1(4, "FIN-WAIT-1", "fin-wait-1"),
  FIN_WAIT_2(5, "FIN-WAIT-2", "fin-wait-2"),
  TIME_WAIT(6, "TIME-WAIT", "time-wait"),
  /** Neither connected nor listening: where an unconnected UDP socket receives. */
  CLOSED(7, "UNCONN", "closed"),
  CLOSE_WAIT(8, "CLOSE-WAIT", "close-wait"),
  LAST_ACK(9, "LAST-ACK", "last-ack"),
  LISTENING(10, "LISTEN", "listening"),
  CLOSING(11, "CLOSING", "closing"),
  /** A TCP socket that has a port, and is neither connected nor listening; since Linux 6.8. */
  BOUND(13, "BOUND-INACTIVE", "bound-inactive");

  private static final @Nullable SocketState[] BY_NUMBER = byNumber();

  private final int number;
  private final String column;
  private final String filterName;

  SocketState(int number, String column, String filterName) {
    this.number = number;
    this.column = column;
    this.filterName = filterName;
  }

  /** {@return the name in the first column of ss(8): {@code LISTEN}} */
  public String column() {
    return column;
  }

  /** {@return the name in a filter of ss(8): {@code listening}} */
  public String filterName() {
    return filterName;
  }

  /** The kernel's bits for a set of states. */
  static int bits(Set<SocketState> states) {
    int bits = 0;
    for (var state : states) {
      bits |= state.bit();
    }
    return bits;
  }

  /** The kernel's bit for it in a set of states. */
  int bit() {
    return 1 << number;
  }

  /** {@return the state with the kernel's number; null if it is none that this knows} */
  static @Nullable SocketState of(int number) {
    return number < 0 || number >= BY_NUMBER.length ? null : BY_NUMBER[number];
  }

  private static @Nullable SocketState[] byNumber() {
    var states = new @Nullable SocketState[14];
    for (var state : values()) {
      states[state.number] = state;
    }
    states[12] = SYN_RECEIVED; // of a request, which is not a whole socket yet
    return states;
  }
}
