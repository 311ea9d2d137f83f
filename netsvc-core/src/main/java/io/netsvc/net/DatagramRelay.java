package io.netsvc.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A datagram port whose peers each have a session: a socket of their own that is connected to an
 * upstream. Datagrams go both ways whole, of 0 to 65,507 bytes, and are never joined or cut. A reply
 * leaves from the address that the peer has asked, also where the port is bound to a wildcard
 * address; who asks two has two sessions. The NIO transport cannot do this: there the system chooses
 * the address, and a peer has one session. Nor does it learn of ICMP errors.
 *
 * <p>A session lives until neither side has sent anything for some time, or room is needed for
 * another. That an upstream refuses datagrams ends no session: it may be about to come back. What
 * cannot be sent on is dropped and counted, as a network would; nothing waits.
 *
 * <p>All of a relay is on one event loop. On Linux many datagrams are received and sent by one
 * system call. To serve one address with several loops, bind several ports with SO_REUSEPORT, each
 * with a relay.
 *
 * <p>The relay owns the port. Relays are safe for use by multiple concurrent threads.
 */
public final class DatagramRelay implements AutoCloseable {
  private static final Duration LOOKUP = Duration.ofSeconds(10);

  private final DatagramPort port;
  private final DatagramSessions sessions;

  private DatagramRelay(DatagramPort port, DatagramSessions sessions) {
    this.port = port;
    this.sessions = sessions;
  }

  /** Why a datagram was not sent on. */
  public enum Drop {
    /** Its peer may not be served. */
    DENIED,
    /** It would have begun a session, and the relay is being stopped. */
    STOPPING,
    /** There was no upstream or no socket for its session, such as for want of fds. */
    NO_SESSION,
    /** Too many were waiting for their upstreams to be found. */
    WAITING,
    /** Nobody was there, as the system knew or an ICMP error told later. */
    UNREACHABLE,
    /** It was longer than the other side can take. */
    TOO_LONG,
    /** The send buffer was full. */
    CONGESTED,
    /** Anything else. */
    FAILED
  }

  /** Why a session ended. */
  public enum End {
    /** Neither side had sent anything for too long. */
    EXPIRED,
    /** Room was needed for another, and it was idle for the longest time. */
    EVICTED,
    /** No upstream was found for it, or its Unix upstream's socket is gone. */
    LOST,
    /** The relay was closed. */
    CLOSED
  }

  /** What has gone one way. */
  public record Traffic(long datagrams, long bytes) {}

  /**
   * What a relay has done.
   *
   * @param sessions that there are now
   * @param opened sessions that have begun
   * @param expired sessions that have ended because neither side had sent anything
   * @param evicted sessions that have ended because room was needed
   * @param forward sent to upstreams
   * @param backward sent to peers
   * @param dropped datagrams of both ways that were not sent on, for each reason
   */
  public record Snapshot(
      int sessions,
      long opened,
      long expired,
      long evicted,
      Traffic forward,
      Traffic backward,
      Map<Drop, Long> dropped) {
    public Snapshot {
      Objects.requireNonNull(forward, "forward");
      Objects.requireNonNull(backward, "backward");
      dropped = Map.copyOf(dropped);
    }

    /** {@return how many were not sent on, for one reason} */
    public long dropped(Drop reason) {
      return dropped.getOrDefault(Objects.requireNonNull(reason, "reason"), 0L);
    }
  }

  /** Relays with the default options. */
  public static DatagramRelay serve(DatagramPort port, SocketAddress upstream) throws IOException {
    return serve(port, upstream, options -> options);
  }

  /**
   * Relays every peer to one upstream, until the relay is closed.
   *
   * @param upstream UDP, or Unix on Linux. A name ({@link InetSocketAddress#createUnresolved}) is
   *     resolved anew for each session, off the event loop, to the first address it has
   * @throws IllegalArgumentException if it is the port itself: each datagram would come back for ever
   */
  public static DatagramRelay serve(
      DatagramPort port, SocketAddress upstream, UnaryOperator<DatagramRelayOptions> options)
      throws IOException {
    Objects.requireNonNull(upstream, "upstream");
    if (upstream instanceof InetSocketAddress name && name.isUnresolved()) {
      return serve(port, _ -> resolve(name), options);
    }
    if (upstream.equals(port.localAddress())) {
      throw new IllegalArgumentException("a relay to itself: " + upstream);
    }
    return serve(port, new DatagramSessions.Fixed(upstream), options);
  }

  /** Relays each peer to an upstream of its own, until the relay is closed. */
  public static DatagramRelay serve(
      DatagramPort port, DatagramUpstream upstream, UnaryOperator<DatagramRelayOptions> options)
      throws IOException {
    Objects.requireNonNull(port, "port");
    Objects.requireNonNull(upstream, "upstream");
    var settings = (DatagramRelaySettings) options.apply(DatagramRelaySettings.DEFAULTS);
    var sessions = new DatagramSessions(port.relay(), port.localAddress(), upstream, settings);
    sessions.start();
    return new DatagramRelay(port, sessions);
  }

  private static SocketAddress resolve(InetSocketAddress name)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(LOOKUP);
    var found = Names.SYSTEM.resolve(name.getHostString(), deadlineNanos);
    return new InetSocketAddress(found.getFirst(), name.getPort());
  }

  /** {@return the address it serves, with the real port} */
  public SocketAddress localAddress() {
    return port.localAddress();
  }

  /** {@return what the relay has done until now} */
  public Snapshot snapshot() {
    return sessions.snapshot();
  }

  /**
   * Begins no session any more, gives those that there are this long to expire, and ends the rest.
   * All sockets are closed when it returns. An interrupt ends the grace, and is set again. Called
   * from an event, it gives no grace and does not wait.
   *
   * @param grace zero or negative for no time at all
   */
  public Stopped stop(Duration grace) {
    return sessions.stop(TimeUnit.NANOSECONDS.convert(grace));
  }

  /** Ends all sessions, and returns when all sockets are closed. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  @Override
  public String toString() {
    return "datagram relay " + port.localAddress();
  }
}
