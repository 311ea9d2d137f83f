package io.netsvc.inetd.config;

/** What environment variables tell a program of its client. */
public enum Variables {
  /** Nothing: it can ask its socket. */
  NONE,
  /** {@code REMOTE_HOST}, an address: xinetd(8). */
  XINETD,
  /** {@code PROTO}, {@code TCPREMOTEIP} and the like: tcp-environ(5). */
  UCSPI,
  /** {@code REMOTE_ADDR} and {@code REMOTE_PORT}: systemd.socket(5). */
  SYSTEMD
}
