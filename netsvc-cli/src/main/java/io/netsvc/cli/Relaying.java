package io.netsvc.cli;

import io.netsvc.net.Stopped;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;

/** What {@code netsvc relay} runs: a relay of connections or of datagrams. */
interface Relaying {

  /** Begins to relay, once all that was given is known to be right. */
  @FunctionalInterface
  interface Start {
    /**
     * Begins.
     *
     * @param onEnd called if it ends by itself
     */
    Relaying run(Runnable onEnd) throws IOException;
  }

  /** {@return what was relayed up to now, and since the last call, a second ago} */
  String progress();

  /** {@return the exit status once it has ended by itself; empty as long as it goes on} */
  default OptionalInt status() {
    return OptionalInt.empty();
  }

  /** {@return how long relays go on after a stop, unless told otherwise} */
  default double graceSeconds() {
    return 30;
  }

  /** Stops it; see {@link io.netsvc.net.RelayServer#stop}. */
  Stopped stop(Duration grace);
}
