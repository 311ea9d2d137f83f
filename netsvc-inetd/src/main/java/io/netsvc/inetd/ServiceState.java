package io.netsvc.inetd;

import io.netsvc.inetd.config.ServiceSpec;
import java.net.SocketAddress;
import java.util.List;

/**
 * What one service does at a moment.
 *
 * @param name as in {@link ServiceSpec#name()}
 * @param addresses where it listens, with real ports
 * @param started how many programs or handlers were started, or datagrams answered
 * @param running how many programs and handlers run now
 * @param failed how many could not be started
 * @param refused how many connections were closed because of a limit per client address, or
 *     datagrams not answered because they came from a port that would answer back
 */
public record ServiceState(
    String name, List<SocketAddress> addresses, long started, int running, long failed, long refused) {

  /** Copies the addresses. */
  public ServiceState {
    addresses = List.copyOf(addresses);
  }
}
