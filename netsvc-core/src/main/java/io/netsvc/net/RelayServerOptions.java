package io.netsvc.net;

import java.util.function.UnaryOperator;

/** How a {@link RelayServer} works; immutable, so an instance may be shared. */
public sealed interface RelayServerOptions permits RelayServerSettings {

  /**
   * Returns these options with at most so many clients at a time, at least 1; more wait in the
   * backlog. Default: as many as the soft limit of open files has room for, at two sockets and two
   * pipe ends each, with some to spare.
   */
  RelayServerOptions withMaxRelays(int max);

  /** Returns these options with these for each relay. Default: the default ones. */
  RelayServerOptions withRelay(UnaryOperator<RelayOptions> options);

  /** Returns these options with somebody who is told what happens. Default: nobody. */
  RelayServerOptions withEvents(RelayEvents events);
}
