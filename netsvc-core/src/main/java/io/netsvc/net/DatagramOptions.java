package io.netsvc.net;

/** How a {@link DatagramPort} is bound; immutable, so an instance may be shared and reused. */
public sealed interface DatagramOptions permits DatagramSettings {

  /**
   * Returns these options with an IPv6 address taking IPv4 datagrams too, or not (IPV6_V6ONLY of
   * ipv6(7)). Default: not, whatever the system's default is.
   */
  DatagramOptions withDualStack(boolean dualStack);

  /** Returns these options with SO_REUSEPORT of socket(7): several may share the port. Default: off. */
  DatagramOptions withReusePort(boolean reusePort);

  /**
   * Returns these options with a send buffer of so many bytes, at least 1: SO_SNDBUF of socket(7),
   * which the kernel doubles and bounds. Default: the kernel's.
   */
  DatagramOptions withSendBuffer(int bytes);

  /** As {@link #withSendBuffer}, for what is received: SO_RCVBUF. */
  DatagramOptions withReceiveBuffer(int bytes);
}
