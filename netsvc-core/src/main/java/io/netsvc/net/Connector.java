package io.netsvc.net;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Connects to a name or an address, over TCP or a Unix stream socket. Where there are several
 * addresses it tries them as RFC 8305 ("Happy Eyeballs") says: the families take turns, beginning
 * with the first address's, an attempt begins 250 ms after the one before or at once when that one
 * has failed, and the first to connect wins. Within a family the order is the one given. For names
 * that is the JDK's: the system's resolver has sorted by RFC 6724, but the JDK puts IPv4 first unless
 * {@code java.net.preferIPv6Addresses} is {@code system} or {@code true}.
 *
 * <p>Connecting blocks the calling thread, but no virtual thread's carrier. A wildcard address is
 * the loopback address of its family. A connection to itself, which TCP allows on one machine, is
 * reported as refused. Connectors are immutable, and safe for use by multiple concurrent threads.
 */
public final class Connector {
  private final Transport transport;
  private final ConnectSettings settings;
  private final Names names;

  Connector(Transport transport, Names names, UnaryOperator<ConnectOptions> options) {
    this.transport = transport;
    this.names = names;
    this.settings = (ConnectSettings) options.apply(ConnectSettings.DEFAULTS);
  }

  /** Returns a connector with these options. */
  public static Connector of(UnaryOperator<ConnectOptions> options) {
    return new Connector(Transports.chosen(), Names.SYSTEM, options);
  }

  /**
   * Connects to a name or a literal address; with brackets or without, for IPv6.
   *
   * @param port 1 to 65535
   * @return the connection, which the caller closes
   * @throws UnknownHostException if the name does not resolve
   * @throws SocketTimeoutException if the time is up, for resolving or for connecting; the failures
   *     until then are suppressed in it
   * @throws java.net.ConnectException if the connection was refused or reset
   * @throws java.net.NoRouteToHostException if there is no way there
   * @throws IOException if no address can be connected to: the first one's failure in the last
   *     round, with the others suppressed in it
   * @throws InterruptedException if this thread is interrupted; nothing stays open
   */
  public Connection connect(String host, int port) throws IOException, InterruptedException {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("empty host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
    return connect(List.of(InetSocketAddress.createUnresolved(unbracketed(host), port)));
  }

  /**
   * Connects to an address; an unresolved one is resolved first.
   *
   * @param address of TCP or of a Unix stream socket, where (Linux) {@code @name} is an abstract name
   * @return as {@link #connect(String, int)}, which names the exceptions too
   */
  public Connection connect(SocketAddress address) throws IOException, InterruptedException {
    return connect(List.of(address));
  }

  /**
   * Connects to whichever of these addresses comes first, as if they were those of one name.
   *
   * @param addresses at least one
   * @return as {@link #connect(String, int)}, which names the exceptions too
   */
  public Connection connect(List<? extends SocketAddress> addresses)
      throws IOException, InterruptedException {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no address");
    }
    long deadlineNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(settings.timeout());
    var target = addresses.size() == 1 ? text(addresses.getFirst()) : addresses.toString();
    var candidates = new LinkedHashSet<SocketAddress>();
    for (var address : addresses) {
      resolve(address, deadlineNanos, candidates);
    }
    candidates.removeIf(address -> !settings.sourceFits(address));
    if (candidates.isEmpty()) {
      throw new SocketException(
          "connect " + target + ": no address of the family of source " + settings.source());
    }
    return connect(target, interleaved(candidates), deadlineNanos);
  }

  private Connection connect(Object target, List<SocketAddress> addresses, long deadlineNanos)
      throws IOException, InterruptedException {
    var pause = settings.firstRetry();
    for (int round = 0; ; round++) {
      try {
        int before = round * addresses.size();
        return new Attempts(transport, settings, target, addresses, before, deadlineNanos)
            .connect();
      } catch (IOException e) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (round == settings.retries()
            || !passing(e)
            || pause.compareTo(Duration.ofNanos(Math.max(0, leftNanos))) >= 0) {
          throw e;
        }
        Thread.sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
  }

  private static boolean passing(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return false;
    }
    for (var other : e.getSuppressed()) {
      if (ConnectFailures.passing(other)) {
        return true;
      }
    }
    return ConnectFailures.passing(e);
  }

  private void resolve(SocketAddress address, long deadlineNanos, Collection<SocketAddress> into)
      throws IOException, InterruptedException {
    if (!(address instanceof InetSocketAddress inet)) {
      into.add(Objects.requireNonNull(address, "address"));
      return;
    }
    if (!inet.isUnresolved()) {
      into.add(reachable(inet));
      return;
    }
    try {
      for (var each : names.resolve(inet.getHostString(), deadlineNanos)) {
        into.add(reachable(new InetSocketAddress(each, inet.getPort())));
      }
    } catch (SocketTimeoutException e) {
      throw ConnectFailures.because(ConnectFailures.timedOut(text(inet), settings.timeout()), e);
    } catch (UnknownHostException e) {
      throw ConnectFailures.unknown(text(inet), e);
    }
  }

  /** The kernel has a wildcard address mean loopback, the JDK whatever the host's name resolves to. */
  private static SocketAddress reachable(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet) || !inet.getAddress().isAnyLocalAddress()) {
      return address;
    }
    var loopback = inet.getAddress() instanceof Inet4Address ? "127.0.0.1" : "::1";
    return new InetSocketAddress(InetAddress.ofLiteral(loopback), inet.getPort());
  }

  /** {@return whether an address can be connected to by {@link #begin}: one try of one address} */
  boolean connectsOnLoops(SocketAddress address) {
    boolean name = address instanceof InetSocketAddress inet && inet.isUnresolved();
    return !name
        && settings.retries() == 0
        && settings.sourceFits(address)
        && transport.connectsOnLoops();
  }

  /** As {@link #connect(SocketAddress)} without a thread; see {@link Transport#begin}. */
  Runnable begin(SocketAddress address, Connecting connecting) {
    return transport.begin(reachable(address), settings, connecting);
  }

  /** The addresses, their families taking turns: RFC 8305 section 4. */
  private static List<SocketAddress> interleaved(Collection<SocketAddress> addresses) {
    var families = new LinkedHashMap<Class<?>, ArrayDeque<SocketAddress>>();
    for (var address : addresses) {
      Class<?> family =
          address instanceof InetSocketAddress inet
              ? inet.getAddress().getClass()
              : address.getClass();
      families.computeIfAbsent(family, _ -> new ArrayDeque<>()).add(address);
    }
    var sorted = new ArrayList<SocketAddress>(addresses.size());
    while (sorted.size() < addresses.size()) {
      for (var family : families.values()) {
        var next = family.poll();
        if (next != null) {
          sorted.add(next);
        }
      }
    }
    return sorted;
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]")
        ? host.substring(1, host.length() - 1)
        : host;
  }

  private static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      var host = inet.getHostString();
      return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + inet.getPort();
    }
    return address.toString();
  }
}
