package io.netsvc.inetd.config;

/**
 * A service that clients ask for by name at the TCP port service multiplexer (RFC 1078).
 *
 * @param name which they ask for
 * @param greets whether the server says the {@code +} of the protocol; else the program does
 */
public record Tcpmux(String name, boolean greets) {

  /** {@return the service as in an inetd.conf} */
  @Override
  public String toString() {
    return "tcpmux/" + (greets ? "+" : "") + name;
  }
}
