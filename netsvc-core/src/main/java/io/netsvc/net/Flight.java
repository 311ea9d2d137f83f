package io.netsvc.net;

import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of this package for JDK Flight Recorder, or nothing in a JVM without the module {@code
 * jdk.jfr}: only the event classes know it, and only this one knows them.
 */
final class Flight {
  private static final Recording NONE = (_, _) -> {};
  private static final boolean PRESENT = present();

  private Flight() {}

  /** An event that has begun. */
  @FunctionalInterface
  interface Recording {

    /**
     * Ends it, and records it where that is asked for.
     *
     * @param peer or null for none
     * @param outcome one word, or why it failed
     */
    void ended(@Nullable SocketAddress peer, String outcome);
  }

  private static boolean present() {
    try {
      AcceptEvent.begun(null);
      ConnectEvent.begun(null, 0);
      RelayEvent.begun(null, null);
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }

  /** Loads the events, while there are fds for it. */
  static void load() {
    // The initializer has done it.
  }

  /** Begins {@code netsvc.Accept}; dropped if nobody waits. */
  static Recording accept(SocketAddress listener) {
    var event = PRESENT ? AcceptEvent.begun(listener) : null;
    return event == null ? NONE : event;
  }

  /**
   * Begins {@code netsvc.Connect}.
   *
   * @param attempt which one it is of all for the same target, from 1 on
   */
  static Recording connect(SocketAddress address, int attempt) {
    var event = PRESENT ? ConnectEvent.begun(address, attempt) : null;
    return event == null ? NONE : event;
  }

  /** Begins {@code netsvc.Relay}; {@return who is to have the outcome, or null for nobody} */
  static @Nullable Consumer<Outcome> relay(SocketAddress first, SocketAddress second) {
    return PRESENT ? RelayEvent.begun(first, second) : null;
  }

  /** {@return an address as an event has it} */
  static @Nullable String text(@Nullable SocketAddress address) {
    return address == null ? null : address.toString();
  }
}
