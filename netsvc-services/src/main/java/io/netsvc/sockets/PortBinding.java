package io.netsvc.sockets;

import java.net.InetSocketAddress;

/**
 * A socket that has a port, or is to have one, with all that decides who else may bind it: what
 * {@link PortConflict#between} compares. Immutable, so an instance may be shared and reused.
 *
 * <p>The address is the one that the kernel sees. On a system with IPv6, {@code 0.0.0.0} of a
 * {@link java.net.ServerSocket}, or of a channel opened without a family, is {@code [::]} and takes
 * IPv4 and IPv6; and Java sets SO_REUSEADDR for those that listen. So {@code new ServerSocket(80)}
 * is
 *
 * {@snippet :
 * PortBinding.of(SocketProtocol.TCP, new InetSocketAddress("::", 80)).withReuseAddress(true)
 * }
 */
public sealed interface PortBinding permits PortSettings {

  /**
   * Returns a binding with no options, on any device. An IPv4 address that IPv6 has mapped is that
   * of IPv4, which it conflicts with. Port 0 is a free one that the kernel picks.
   *
   * @throws IllegalArgumentException if the protocol is neither TCP nor UDP, or the address is not
   *     resolved
   */
  static PortBinding of(SocketProtocol protocol, InetSocketAddress address) {
    return PortSettings.of(protocol, address);
  }

  /**
   * Returns this binding with IPV6_V6ONLY of ipv6(7), which counts at {@code [::]} alone: whether
   * it leaves IPv4 to others. Default: off, as Linux's unless {@code net.ipv6.bindv6only} is set.
   */
  PortBinding withV6Only(boolean v6Only);

  /** Returns this binding with SO_REUSEADDR of socket(7). Default: off. */
  PortBinding withReuseAddress(boolean reuseAddress);

  /** Returns this binding with SO_REUSEPORT of socket(7). Default: off. */
  PortBinding withReusePort(boolean reusePort);

  /**
   * Returns this binding on one device, SO_BINDTODEVICE of socket(7), such as {@code eth0}; empty
   * for any. Default: any. A link-local address with a zone is bound to the device of the zone: two
   * zones are compared by number, but to compare one with a device, give its device as well.
   */
  PortBinding withDevice(String device);

  /**
   * Returns this binding of the user who created the socket, who need not be the one who binds it;
   * an uid_t, so unsigned. Default: 0. Whether two are the same is all that counts.
   */
  PortBinding withUid(int uid);

  /**
   * Returns this binding of a TCP socket that listens, or is bound and does not. It counts for the
   * first of two only. Default: it listens. Connections that outlive their listener hold its port
   * with its options, and do not listen.
   */
  PortBinding withListening(boolean listening);
}
