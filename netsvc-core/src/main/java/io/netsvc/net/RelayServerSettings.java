package io.netsvc.net;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The values behind {@link RelayServerOptions}. */
record RelayServerSettings(
    UnaryOperator<RelayOptions> relay,
    RelayEvents events,
    @Nullable Duration proxyIn,
    ProxyHeader.@Nullable Version proxyOut,
    @Nullable Greeting greeting,
    @Nullable RelayTaps taps)
    implements RelayServerOptions {
  static final RelayServerSettings DEFAULTS =
      new RelayServerSettings(o -> o, new RelayEvents() {}, null, null, null, null);

  @Override
  public RelayServerOptions withRelay(UnaryOperator<RelayOptions> options) {
    Objects.requireNonNull(options, "options");
    return new RelayServerSettings(options, events, proxyIn, proxyOut, greeting, taps);
  }

  @Override
  public RelayServerOptions withEvents(RelayEvents listener) {
    Objects.requireNonNull(listener, "events");
    return new RelayServerSettings(relay, listener, proxyIn, proxyOut, greeting, taps);
  }

  @Override
  public RelayServerOptions withProxyIn(Duration headerTimeout) {
    if (!headerTimeout.isPositive()) {
      throw new IllegalArgumentException("header timeout is not positive: " + headerTimeout);
    }
    return new RelayServerSettings(relay, events, headerTimeout, proxyOut, greeting, taps);
  }

  @Override
  public RelayServerOptions withProxyOut(ProxyHeader.Version version) {
    Objects.requireNonNull(version, "version");
    return new RelayServerSettings(relay, events, proxyIn, version, greeting, taps);
  }

  @Override
  public RelayServerOptions withGreeting(Greeting step) {
    Objects.requireNonNull(step, "greeting");
    return new RelayServerSettings(relay, events, proxyIn, proxyOut, step, taps);
  }

  @Override
  public RelayServerOptions withTaps(RelayTaps all) {
    Objects.requireNonNull(all, "taps");
    return new RelayServerSettings(relay, events, proxyIn, proxyOut, greeting, all);
  }

  /** Returns the options of one relay. */
  RelayOptions relay(RelayOptions defaults, Connection client, Connection upstream) {
    var options = relay.apply(defaults);
    return taps == null ? options : options.withTap(taps.tap(client, upstream));
  }

  /** {@return whether there is something to do before the relay that may block} */
  boolean blocks() {
    return proxyIn != null || proxyOut != null || greeting != null;
  }

  /** {@return the connection to relay} */
  Connection greet(Connection client) throws IOException, InterruptedException {
    return greeting == null ? client : greeting.greet(client);
  }

  /** {@return what a client says of itself first; null if it is no proxy} */
  @Nullable ProxyHeader read(Connection client) throws IOException {
    return proxyIn == null ? null : ProxyHeader.read(client, proxyIn);
  }

  /** Tells an upstream whose the connection is, if it is to be told; with all that a proxy told. */
  void write(@Nullable ProxyHeader told, Connection client, Connection upstream)
      throws IOException {
    if (proxyOut == null) {
      return;
    }
    var header = ProxyHeader.of(client).withVersion(proxyOut);
    if (told != null && proxyOut == ProxyHeader.Version.V2) {
      header = header.withTlvsOf(told);
    }
    header.write(upstream);
  }
}
