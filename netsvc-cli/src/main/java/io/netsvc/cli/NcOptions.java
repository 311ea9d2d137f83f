package io.netsvc.cli;

import io.netsvc.endpoint.ProxyClient;
import io.netsvc.endpoint.Tls;
import io.netsvc.net.AccessRules;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nc is to do.
 *
 * @param host a name or an address; empty for all of this machine's
 * @param ports where to, or the one to listen at
 * @param path of a Unix socket instead; null for none
 * @param udp whether by datagrams
 * @param family 4, 6, or 0 for both
 * @param numeric whether nothing is looked up
 * @param source the local address; null for any
 * @param sourcePort the local port; 0 for any
 * @param timeout how long connecting may take; null for the default
 * @param interval between two ports
 * @param socket what the kernel is told
 * @param access who may connect
 * @param most how many clients of a program at a time
 * @param keeps whether to go on when one connection has ended
 * @param program what each connection is given to; empty for the standard streams
 * @param broker whether clients get what the others send
 * @param chat whether they get it as lines that say whose they are
 * @param telnet whether the other end's Telnet commands are answered
 * @param passes whether the connection goes to the process at the other end of the standard output
 * @param proxy to connect through; null for none
 * @param tls over each connection; null for none
 */
record NcOptions(
    String host,
    List<Integer> ports,
    @Nullable String path,
    boolean udp,
    int family,
    boolean numeric,
    @Nullable InetAddress source,
    int sourcePort,
    @Nullable Duration timeout,
    Duration interval,
    NcSocket socket,
    AccessRules access,
    int most,
    boolean keeps,
    List<String> program,
    boolean broker,
    boolean chat,
    boolean telnet,
    boolean passes,
    @Nullable Proxy proxy,
    @Nullable Tls tls) {

  /**
   * A proxy to connect through.
   *
   * @param place where it listens
   * @param client what it speaks
   */
  record Proxy(InetSocketAddress place, ProxyClient client) {}

  String protocol() {
    return udp ? "udp" : "tcp";
  }

  /** {@return the addresses of the host at a port, of the family that is wanted} */
  List<InetSocketAddress> addresses(int port) throws UnknownHostException {
    var found = new ArrayList<InetSocketAddress>();
    for (var address : addresses()) {
      if (family == 0 || (address instanceof Inet4Address) == (family == 4)) {
        found.add(new InetSocketAddress(address, port));
      }
    }
    if (found.isEmpty()) {
      throw new UnknownHostException("no IPv" + family + " address: " + host);
    }
    return found;
  }

  private InetAddress[] addresses() throws UnknownHostException {
    if (host.isEmpty()) {
      return new InetAddress[] {InetAddress.ofLiteral("0.0.0.0"), InetAddress.ofLiteral("::")};
    }
    if (!numeric) {
      return InetAddress.getAllByName(host);
    }
    try {
      return new InetAddress[] {InetAddress.ofLiteral(host)};
    } catch (IllegalArgumentException e) {
      throw new UnknownHostException("not an address: " + host);
    }
  }
}
