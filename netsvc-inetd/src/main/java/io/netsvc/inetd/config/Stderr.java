package io.netsvc.inetd.config;

/** Where a program's fd 2 goes. */
public enum Stderr {
  /** To the socket. */
  CLIENT,
  /** To the server's log, line by line. */
  LOG,
  /** Nowhere. */
  NULL
}
