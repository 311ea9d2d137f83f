package io.netsvc.net;

import java.time.Duration;

/** How a {@link Listener} listens; immutable, so an instance may be shared and reused. */
public sealed interface ListenOptions extends SocketTuning<ListenOptions> permits ListenSettings {

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
   * Returns these options with at most this many connections {@linkplain Listener#serve served} at a
   * time, at least 1; then the listener pauses, and clients wait in the backlog. Default: as many as
   * the limit of fds allows at four each, with 64 to spare, to all listeners without a maximum of
   * their own together (Linux); elsewhere none.
   */
  ListenOptions withMaxConnections(int maxConnections);

  /**
   * Returns these options with these rules of who may connect. Others are reset as soon as they are
   * accepted, before anything else sees them. Default: anyone.
   */
  ListenOptions withAccess(AccessRules access);

  /**
   * Returns these options with this mode of a Unix socket's file, 0 to 0777; to connect takes the
   * right to write. It has the mode before anyone can connect. Default: 0777 less the umask. Linux;
   * ignored for other addresses.
   */
  ListenOptions withUnixMode(int mode);

  /**
   * Returns these options with this owner of a Unix socket's file, names or numbers, looked up when
   * the listener is opened. Default: the process's. Linux, as root; ignored for other addresses.
   */
  ListenOptions withUnixOwner(String user, String group);

  /**
   * Returns these options with data in the first packet of clients that have been here before, at
   * most this many at a time, at least 1: TCP_FASTOPEN of tcp(7). Such data may come twice. The
   * system's {@code net.ipv4.tcp_fastopen} must allow it to servers. Default: off. Linux.
   */
  ListenOptions withFastOpen(int queue);

  /**
   * Returns these options with connections accepted once data is there, or this time has passed: 1
   * to 32,767 seconds, which the kernel rounds up to its retransmissions. TCP_DEFER_ACCEPT of tcp(7).
   * Not for protocols where the server speaks first. Default: off. Linux.
   */
  ListenOptions withDeferAccept(Duration wait);
}
