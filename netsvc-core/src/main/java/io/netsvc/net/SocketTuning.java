package io.netsvc.net;

import java.time.Duration;

/**
 * What a TCP socket is told before it is bound or connected; a listener's connections inherit it. An
 * option that the transport or the system lacks is an {@link UnsupportedOperationException} when the
 * socket is opened. Unix sockets have the buffer sizes alone and ignore the rest.
 *
 * @param <T> the options that these are part of
 */
public sealed interface SocketTuning<T> permits ListenOptions, ConnectOptions, Tuned {

  /**
   * Returns these options with a send buffer of so many bytes, at least 1, for each connection:
   * SO_SNDBUF of socket(7), which the kernel doubles and bounds. Default: the kernel's.
   */
  T withSendBuffer(int bytes);

  /** As {@link #withSendBuffer}, for what is received: SO_RCVBUF. */
  T withReceiveBuffer(int bytes);

  /** Returns these options with TCP_NODELAY of tcp(7): small writes leave at once. Default: on. */
  T withNoDelay(boolean noDelay);

  /**
   * Returns these options with a connection probed by TCP when it is silent, which ends it when the
   * peer is gone (SO_KEEPALIVE), or not. The times are the system's. Default: not.
   */
  T withKeepAlive(boolean keepAlive);

  /**
   * Returns these options with a connection probed by TCP when it is silent: TCP_KEEPIDLE,
   * TCP_KEEPINTVL and TCP_KEEPCNT of tcp(7).
   *
   * @param idle before the first probe: 1 to 32,767 seconds, a part of a second counts as a whole
   * @param interval between two probes: the same
   * @param count of probes without an answer that end the connection, 1 to 127
   */
  T withKeepAlive(Duration idle, Duration interval, int count);

  /**
   * Returns these options with a connection ended when what it sent is not acknowledged for so long,
   * at least a millisecond: TCP_USER_TIMEOUT of tcp(7). Default: the kernel's, many minutes. Linux.
   */
  T withUserTimeout(Duration timeout);

  /**
   * Returns these options with a congestion control, such as {@code reno}: TCP_CONGESTION of tcp(7).
   * Default: the kernel's. Linux.
   */
  T withCongestionControl(String name);

  /**
   * Returns these options with packets through this network interface alone, such as {@code lo}:
   * SO_BINDTODEVICE of socket(7). Default: any. Linux.
   */
  T withDevice(String name);

  /**
   * Returns these options with a mark for routing and filters, 0 for none: SO_MARK of socket(7).
   * Default: none. Linux, as root.
   */
  T withMark(int mark);

  /**
   * Returns these options with a local address that need not exist (yet): IP_FREEBIND of ip(7).
   * Default: it must. Linux.
   */
  T withFreeBind(boolean freeBind);

  /**
   * Returns these options with a local address that is another's: IP_TRANSPARENT of ip(7). Default:
   * not. Linux, as root.
   */
  T withTransparent(boolean transparent);

  /**
   * Returns these options with this byte in each packet for the routers, 0 to 255, of which the upper
   * six bits are the DSCP of RFC 2474: IP_TOS of ip(7), IPV6_TCLASS of ipv6(7). Default: 0.
   */
  T withTypeOfService(int typeOfService);

  /**
   * Returns these options with packets that pass so many routers at most, less one: 1 to 255, IP_TTL
   * of ip(7), IPV6_UNICAST_HOPS of ipv6(7). Default: the system's. Linux.
   */
  T withTimeToLive(int hops);

  /**
   * Returns these options with packets dropped that come with fewer hops left, 0 to 255, as RFC 5082
   * has it against senders from afar: IP_MINTTL of ip(7), IPV6_MINHOPCOUNT. Default: 0. Linux.
   */
  T withMinTimeToLive(int hops);

  /**
   * Returns these options with debugging by the kernel, where it is built for that: SO_DEBUG of
   * socket(7). Default: not. Linux, as root.
   */
  T withDebug(boolean debug);

  /**
   * Returns these options with Multipath TCP where the kernel has it, and TCP otherwise or when the
   * peer has not. Default: TCP. Linux.
   */
  T withMultipath(boolean multipath);

  /**
   * Returns these options with connections of messages in place of a stream: SOCK_SEQPACKET of
   * unix(7), for Unix addresses alone. Each write is a message, of 65,536 bytes at most, and one that
   * is longer is several; each read is one, or what the buffer has not held of the one before, of
   * 262,144 bytes at most. An empty one reads as the end of input. Default: a stream. Linux.
   */
  T withPackets(boolean packets);
}
