package io.netsvc.net;

/** How a {@link Listener} listens; immutable, so an instance may be shared and reused. */
public sealed interface ListenOptions permits ListenSettings {

  /**
   * Returns these options with room for this many connections that wait to be accepted, at least 1;
   * the kernel's {@code somaxconn} bounds it. Default: 4096. See listen(2).
   */
  ListenOptions withBacklog(int backlog);

  /**
   * Returns these options with an IPv6 address taking IPv4 connections too, or not (IPV6_V6ONLY of
   * ipv6(7)). Default: not, whatever the system's default is.
   */
  ListenOptions withDualStack(boolean dualStack);

  /** Returns these options with SO_REUSEPORT of socket(7): several may share the port. Default: off. */
  ListenOptions withReusePort(boolean reusePort);

  /**
   * Returns these options with a send buffer of so many bytes, at least 1, for each connection:
   * SO_SNDBUF of socket(7), which the kernel doubles and bounds. Default: the kernel's.
   */
  ListenOptions withSendBuffer(int bytes);

  /** As {@link #withSendBuffer}, for what is received: SO_RCVBUF. */
  ListenOptions withReceiveBuffer(int bytes);
}
