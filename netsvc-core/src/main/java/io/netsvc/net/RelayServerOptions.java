package io.netsvc.net;

import java.time.Duration;
import java.util.function.UnaryOperator;

/** How a {@link RelayServer} works; immutable, so an instance may be shared. */
public sealed interface RelayServerOptions permits RelayServerSettings {

  /** Returns these options with these for each relay. Default: the default ones. */
  RelayServerOptions withRelay(UnaryOperator<RelayOptions> options);

  /** Returns these options with somebody who is told what happens. Default: nobody. */
  RelayServerOptions withEvents(RelayEvents events);

  /**
   * Returns these options with clients that are proxies, which first say whose the connection is in
   * a header of the PROXY protocol, of either version. A client whose header is wrong, or not whole
   * after this time, positive, is reset. Default: they are no proxies.
   */
  RelayServerOptions withProxyIn(Duration headerTimeout);

  /**
   * Returns these options with a header of the PROXY protocol sent to each upstream, which tells
   * the client's addresses; those that a header from the client told, if it did. Default: none.
   */
  RelayServerOptions withProxyOut(ProxyHeader.Version version);

  /**
   * Returns these options with a step with each client before its upstream is connected to, such as
   * a handshake, after the header of the PROXY protocol if there is one. Each client has a virtual
   * thread meanwhile, and its place among the listener's maximum. Default: none.
   */
  RelayServerOptions withGreeting(Greeting greeting);

  /**
   * Returns these options with somebody who sees the bytes of each relay, as {@link
   * RelayOptions#withTap} has it for one. Default: nobody.
   */
  RelayServerOptions withTaps(RelayTaps taps);
}
