package io.netsvc.sockets;

/** What a socket speaks: the kernel's protocols of inet_diag, and the types of unix(7). */
public enum SocketProtocol {
  TCP("tcp", 6),
  /** Multipath TCP, RFC 8684; its subflows are {@link #TCP}. */
  MPTCP("mptcp", 262),
  SCTP("sctp", 132),
  DCCP("dccp", 33),
  UDP("udp", 17),
  /** Raw IP, raw(7). */
  RAW("raw", 255),
  UNIX_STREAM("u_str", 1),
  UNIX_DATAGRAM("u_dgr", 2),
  UNIX_SEQPACKET("u_seq", 5);

  private final String netid;
  private final int number;

  SocketProtocol(String netid, int number) {
    this.netid = netid;
    this.number = number;
  }

  /** {@return the name that ss(8) has for it: {@code tcp}, {@code u_str}} */
  public String netid() {
    return netid;
  }

  /** {@return whether this is a type of Unix socket} */
  public boolean isUnix() {
    return compareTo(UNIX_STREAM) >= 0;
  }

  /** IPPROTO_… of IP, SOCK_… of Unix sockets. */
  int number() {
    return number;
  }
}
