package io.netsvc.inetd;

import io.netsvc.inetd.config.Rate;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What each client address does to one service: how many it has running, and how often it started.
 * Bounded: an address that has nothing running is forgotten when its rate is back, or when {@value
 * #MAX_IDLE} others came after it. Safe for use by multiple threads.
 */
final class Sources {
  private static final int MAX_IDLE = 10_000;

  /** Remembers nobody, so that all services without a limit can have it. */
  private static final Sources UNLIMITED =
      new Sources(Optional.empty(), Optional.empty(), System::nanoTime);

  /** Whoever has one address of IPv6 most often has this many bits' worth of them. */
  private static final int IPV6_BYTES = 8;

  private final Optional<Rate> rate;
  private final Optional<Integer> maxRunning;
  private final LongSupplier nanoTime;
  private final Map<String, Source> busy = new HashMap<>(); // as many as have connections
  private final Map<String, Source> idle = new LinkedHashMap<>(); // whose rate counts, latest last

  private static final class Source {
    private final @Nullable TokenBucket bucket;
    private int running;

    Source(@Nullable TokenBucket bucket) {
      this.bucket = bucket;
    }

    boolean hasFullRate(long nowNanos) {
      return bucket == null || bucket.isFull(nowNanos);
    }
  }

  /** Returns what counts the clients of one service. */
  static Sources limited(
      Optional<Rate> rate, Optional<Integer> maxRunning, LongSupplier nanoTime) {
    return rate.isEmpty() && maxRunning.isEmpty()
        ? UNLIMITED
        : new Sources(rate, maxRunning, nanoTime);
  }

  Sources(Optional<Rate> rate, Optional<Integer> maxRunning, LongSupplier nanoTime) {
    this.rate = rate;
    this.maxRunning = maxRunning;
    this.nanoTime = nanoTime;
  }

  boolean unlimited() {
    return rate.isEmpty() && maxRunning.isEmpty();
  }

  /** Returns what counts as one client: its address, its IPv6 network, or all of a Unix socket's. */
  static String of(SocketAddress peer) {
    if (!(peer instanceof InetSocketAddress inet)) {
      return "unix";
    }
    return inet.getAddress() instanceof Inet6Address six && !six.isLinkLocalAddress()
        ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), IPV6_BYTES))
        : inet.getAddress().getHostAddress();
  }

  /** Returns a client for the log; the name of a Unix one is its own choice, line breaks and all. */
  static String shown(SocketAddress peer) {
    return peer instanceof InetSocketAddress ? peer.toString() : "unix";
  }

  /** Counts a client and returns nothing, or returns which of its limits it is over. */
  Optional<Refusal> admit(String address) {
    return unlimited() ? Optional.empty() : counted(address);
  }

  private synchronized Optional<Refusal> counted(String address) {
    long now = nanoTime.getAsLong();
    var source = busy.get(address);
    if (source == null) {
      source = idle.remove(address);
    }
    if (source == null) {
      source = new Source(rate.map(r -> new TokenBucket(r, now)).orElse(null));
    }
    var over = over(source, now);
    if (over.isEmpty()) {
      source.running++;
      busy.put(address, source);
    } else if (source.running == 0) {
      rest(address, source, now);
    }
    return over;
  }

  private Optional<Refusal> over(Source source, long nowNanos) {
    if (maxRunning.filter(most -> source.running >= most).isPresent()) {
      return Optional.of(Refusal.PER_SOURCE);
    }
    return source.bucket != null && !source.bucket.take(nowNanos)
        ? Optional.of(Refusal.SOURCE_RATE)
        : Optional.empty();
  }

  /** Says that what {@link #admit} let in has ended. */
  void ended(String address) {
    if (!unlimited()) {
      discounted(address);
    }
  }

  private synchronized void discounted(String address) {
    var source = busy.get(address);
    if (source != null && --source.running == 0) {
      busy.remove(address);
      rest(address, source, nanoTime.getAsLong());
    }
  }

  /** Remembers one that has nothing running for its rate alone, and forgets who need not be. */
  private void rest(String address, Source source, long nowNanos) {
    if (!source.hasFullRate(nowNanos)) {
      idle.put(address, source);
    }
    var oldest = idle.values().iterator();
    while (oldest.hasNext()
        && (oldest.next().hasFullRate(nowNanos) || idle.size() > MAX_IDLE)) {
      oldest.remove();
    }
  }

  /** Returns how many addresses are remembered. */
  synchronized int known() {
    return busy.size() + idle.size();
  }
}
