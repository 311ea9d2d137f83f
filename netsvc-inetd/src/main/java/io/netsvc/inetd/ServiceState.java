package io.netsvc.inetd;

import java.net.SocketAddress;
import java.util.List;

/**
 * What one service does at a moment.
 *
 * @param name as in {@link ServiceSpec#name()}
 * @param addresses where it listens, with real ports
 * @param started how many programs or handlers were started, or datagrams answered
 * @param running how many programs run now
 * @param failed how many could not be started
 */
public record ServiceState(
    String name, List<SocketAddress> addresses, long started, int running, long failed) {

  /** Copies the addresses. */
  public ServiceState {
    addresses = List.copyOf(addresses);
  }
}
