package io.netsvc.cli;

import io.netsvc.net.Stopped;
import java.time.Duration;

/** What {@code netsvc relay} runs: a relay of connections or of datagrams. */
interface Relaying {

  /** {@return what was relayed up to now, and since the last call, a second ago} */
  String progress();

  /** Stops it; see {@link io.netsvc.net.RelayServer#stop}. */
  Stopped stop(Duration grace);
}
