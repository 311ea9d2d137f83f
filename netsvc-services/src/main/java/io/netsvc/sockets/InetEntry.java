package io.netsvc.sockets;

import io.netsvc.net.AddressText;
import io.netsvc.services.ServiceEntry;
import io.netsvc.services.ServicesDatabase;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A socket of IPv4 or IPv6: struct inet_diag_msg of sock_diag(7). */
public final class InetEntry implements SocketEntry {
  private final SocketProtocol protocol;
  private final SocketState state;
  private final InetDiag.Ends ends;
  private final String device;
  private final long receiveQueue;
  private final long sendQueue;
  private final int uid;
  private final long inode;
  private final long cookie;
  private final InetDiag.Extras extras;

  InetEntry(
      SocketProtocol protocol,
      SocketState state,
      InetDiag.Ends ends,
      String device,
      long receiveQueue,
      long sendQueue,
      int uid,
      long inode,
      long cookie,
      InetDiag.Extras extras) {
    this.protocol = protocol;
    this.state = state;
    this.ends = ends;
    this.device = device;
    this.receiveQueue = receiveQueue;
    this.sendQueue = sendQueue;
    this.uid = uid;
    this.inode = inode;
    this.cookie = cookie;
    this.extras = extras;
  }

  @Override
  public SocketProtocol protocol() {
    return protocol;
  }

  @Override
  public SocketState state() {
    return state;
  }

  /** {@return INET or INET6; a socket of INET6 may have IPv4 addresses, which it has mapped} */
  public StandardProtocolFamily family() {
    return ends.family();
  }

  /** {@return its own address; port 0 if it has none, or the protocol number of a raw socket} */
  public InetSocketAddress local() {
    return ends.local();
  }

  /** {@return its peer's address; port 0 if it has none} */
  public InetSocketAddress remote() {
    return ends.remote();
  }

  /** {@return the network interface that it is bound to, by SO_BINDTODEVICE or a scope; or empty} */
  public String device() {
    return device;
  }

  /**
   * {@return IPV6_V6ONLY of ipv6(7): whether it keeps to IPv6; the kernel tells it of sockets
   * without a peer}
   */
  public Optional<Boolean> v6Only() {
    return extras.v6Only();
  }

  /** {@return whether it is known to keep to IPv6} */
  boolean isV6Only() {
    return extras.v6Only().orElse(false);
  }

  /**
   * {@return its own address as ss(8) writes it: {@code 127.0.0.1}, {@code [::1]}, {@code
   * 0.0.0.0%lo}, or {@code *} for every address of both families}
   */
  public String localHost() {
    var host = host(local().getAddress());
    return device.isEmpty() ? host : host + '%' + device;
  }

  /** {@return its peer's address as ss(8) writes it} */
  public String remoteHost() {
    return host(remote().getAddress());
  }

  private String host(InetAddress address) {
    if (family() == StandardProtocolFamily.INET) {
      return AddressText.of(address);
    }
    if (address instanceof Inet4Address) {
      return "[::ffff:" + AddressText.of(address) + ']';
    }
    if (address.isAnyLocalAddress() && !isV6Only()) {
      return "*";
    }
    var text = AddressText.of(address);
    int zone = text.indexOf('%'); // a number, while the device has a name
    return '[' + (zone < 0 ? text : text.substring(0, zone)) + ']';
  }

  /** {@return whether it takes IPv4 and IPv6 at every address} */
  public boolean isDualStack() {
    return family() == StandardProtocolFamily.INET6
        && !isV6Only()
        && local().getAddress() instanceof Inet6Address six
        && six.isAnyLocalAddress();
  }

  @Override
  public long receiveQueue() {
    return receiveQueue;
  }

  @Override
  public long sendQueue() {
    return sendQueue;
  }

  @Override
  public int uid() {
    return uid;
  }

  @Override
  public long inode() {
    return inode;
  }

  @Override
  public long cookie() {
    return cookie;
  }

  /** {@return the timer that runs for it, if any} */
  public Optional<SocketTimer> timer() {
    return extras.timer();
  }

  /** {@return its memory, if {@linkplain SocketQuery#withMemory asked for}} */
  public Optional<SocketMemory> memory() {
    return extras.memory();
  }

  /** {@return SO_MARK of socket(7); empty without CAP_NET_ADMIN} */
  public OptionalLong mark() {
    return extras.mark();
  }

  /** {@return the id of the control group that it was made in; cgroups(7)} */
  public OptionalLong cgroupId() {
    return extras.cgroup();
  }

  /** {@return which directions are shut down: bit 0 for reads, bit 1 for writes; shutdown(2)} */
  public int shutdown() {
    return extras.shutdown();
  }

  /** {@return the options that are on, of those that the kernel tells, such as {@code freebind}} */
  public Set<String> options() {
    return extras.options();
  }

  /** {@return the service whose port its local one is} */
  public Optional<ServiceEntry> service(ServicesDatabase services) {
    return protocol == SocketProtocol.RAW
        ? Optional.empty()
        : services.find(local().getPort(), transport());
  }

  /** The protocol that a services database has it under. */
  String transport() {
    return protocol == SocketProtocol.MPTCP ? "tcp" : protocol.netid();
  }

  @Override
  public String toString() {
    return protocol.netid() + ' ' + state.column() + ' ' + localHost() + ':' + local().getPort() + ' ' + remoteHost() + ':' + remote().getPort() + " inode " + inode;
  }
}
