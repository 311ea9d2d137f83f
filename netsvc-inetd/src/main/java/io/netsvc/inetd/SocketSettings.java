package io.netsvc.inetd;

import io.netsvc.inetd.config.Account;
import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.linux.Credentials;
import io.netsvc.net.DatagramOptions;
import io.netsvc.net.ListenOptions;
import java.util.Set;

/**
 * What a socket is told beside its address; two sockets that are told the same can be one.
 *
 * @param said the service, of which only what concerns its sockets is kept
 */
record SocketSettings(ServiceSpec said) {
  private static final Set<Attribute<?>> OURS =
      Set.of(
          Attribute.BACKLOG,
          Attribute.SEND_BUFFER,
          Attribute.RECEIVE_BUFFER,
          Attribute.NO_DELAY,
          Attribute.KEEP_ALIVE,
          Attribute.REUSE_PORT,
          Attribute.DEVICE,
          Attribute.FREE_BIND,
          Attribute.TRANSPARENT,
          Attribute.MARK,
          Attribute.DEFER_ACCEPT,
          Attribute.CONGESTION,
          Attribute.SOCKET_OWNER,
          Attribute.SOCKET_MODE,
          Attribute.RPC);

  static SocketSettings of(ServiceSpec spec) {
    var said = spec;
    for (var attribute : spec.attributes()) {
      said = OURS.contains(attribute) ? said : said.without(attribute);
    }
    return new SocketSettings(said);
  }

  /** Sets one option, if something is said of it. */
  private interface Setter<O, T> {
    O with(O options, T value);
  }

  private <O, T> O set(O options, Attribute<T> attribute, Setter<O, T> setter) {
    return said.get(attribute).map(value -> setter.with(options, value)).orElse(options);
  }

  ListenOptions apply(ListenOptions defaults) {
    var o = set(defaults, Attribute.BACKLOG, ListenOptions::withBacklog);
    o = set(o, Attribute.SEND_BUFFER, ListenOptions::withSendBuffer);
    o = set(o, Attribute.RECEIVE_BUFFER, ListenOptions::withReceiveBuffer);
    o = set(o, Attribute.NO_DELAY, ListenOptions::withNoDelay);
    o = set(o, Attribute.KEEP_ALIVE, ListenOptions::withKeepAlive);
    o = set(o, Attribute.REUSE_PORT, ListenOptions::withReusePort);
    o = set(o, Attribute.DEVICE, ListenOptions::withDevice);
    o = set(o, Attribute.FREE_BIND, ListenOptions::withFreeBind);
    o = set(o, Attribute.TRANSPARENT, ListenOptions::withTransparent);
    o = set(o, Attribute.MARK, ListenOptions::withMark);
    o = set(o, Attribute.DEFER_ACCEPT, ListenOptions::withDeferAccept);
    o = set(o, Attribute.CONGESTION, ListenOptions::withCongestionControl);
    o = set(o, Attribute.SOCKET_MODE, ListenOptions::withUnixMode);
    return set(o, Attribute.SOCKET_OWNER, SocketSettings::owner);
  }

  private static ListenOptions owner(ListenOptions options, Account owner) {
    boolean own = owner.user().equals(Account.OWN.user());
    var user = own ? String.valueOf(Credentials.effectiveUid()) : owner.user();
    var group =
        owner
            .group()
            .or(() -> Credentials.user(user).map(u -> String.valueOf(u.gid())))
            .orElseThrow(() -> new IllegalArgumentException("no such user: " + user));
    return options.withUnixOwner(user, group);
  }

  DatagramOptions apply(DatagramOptions defaults) {
    var o = set(defaults, Attribute.SEND_BUFFER, DatagramOptions::withSendBuffer);
    o = set(o, Attribute.RECEIVE_BUFFER, DatagramOptions::withReceiveBuffer);
    return set(o, Attribute.REUSE_PORT, DatagramOptions::withReusePort);
  }
}
