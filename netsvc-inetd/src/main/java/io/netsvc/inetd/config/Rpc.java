package io.netsvc.inetd.config;

/**
 * A program of ONC RPC (RFC 5531), which rpcbind(8) leads clients to.
 *
 * @param program its name in rpc(5), or its number
 * @param lowest its lowest version
 * @param highest its highest version
 */
public record Rpc(String program, int lowest, int highest) {
  /**
   * Checks the versions.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Rpc {
    if (lowest < 0 || highest < lowest) {
      throw new IllegalArgumentException("no version: " + lowest + '-' + highest);
    }
  }

  /** {@return the program and its versions as in an inetd.conf} */
  @Override
  public String toString() {
    return program + '/' + lowest + (highest == lowest ? "" : "-" + highest);
  }
}
