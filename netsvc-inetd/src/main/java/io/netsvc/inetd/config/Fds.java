package io.netsvc.inetd.config;

/** Where a program finds its socket. */
public enum Fds {
  /** At 0, 1 and 2: inetd(8). */
  INETD,
  /** At 0 and 1, with 2 as {@link Attribute#STDERR} says: tcpserver(1). */
  UCSPI,
  /** From 3 on, with {@code LISTEN_FDS}; 0 is /dev/null, 1 and 2 go to the log: sd_listen_fds(3). */
  SYSTEMD
}
