package io.netsvc.net;

/** What a {@link Tuning} can set, by the name of the option that does it. */
enum Tunable {
  SEND_BUFFER("SO_SNDBUF", false),
  RECEIVE_BUFFER("SO_RCVBUF", false),
  NO_DELAY("TCP_NODELAY", true),
  KEEP_ALIVE("SO_KEEPALIVE", true),
  KEEP_IDLE("TCP_KEEPIDLE", true),
  KEEP_INTERVAL("TCP_KEEPINTERVAL", true), // as the JDK spells these two
  KEEP_COUNT("TCP_KEEPCOUNT", true),
  USER_TIMEOUT("TCP_USER_TIMEOUT", true),
  CONGESTION_CONTROL("TCP_CONGESTION", true),
  DEVICE("SO_BINDTODEVICE", true),
  MARK("SO_MARK", true),
  FREE_BIND("IP_FREEBIND", true),
  TRANSPARENT("IP_TRANSPARENT", true),
  TYPE_OF_SERVICE("IP_TOS", true),
  TIME_TO_LIVE("IP_TTL", true),
  MIN_TIME_TO_LIVE("IP_MINTTL", true),
  DEBUG("SO_DEBUG", true),
  MULTIPATH("IPPROTO_MPTCP", true),
  PACKETS("SOCK_SEQPACKET", false),
  FAST_OPEN("TCP_FASTOPEN", true),
  FAST_OPEN_CONNECT("TCP_FASTOPEN_CONNECT", true),
  DEFER_ACCEPT("TCP_DEFER_ACCEPT", true);

  private final String option;
  private final boolean internet;

  Tunable(String option, boolean internet) {
    this.option = option;
    this.internet = internet;
  }

  /** {@return the name of the option, as the JDK has it where it has it} */
  String option() {
    return option;
  }

  /** {@return whether Unix sockets do without it} */
  boolean internetOnly() {
    return internet;
  }
}
