package io.netsvc.inetd;

import io.netsvc.inetd.config.Rate;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What each client address does to one service: how many it has running, and how often it started.
 * Bounded: addresses that have nothing running are forgotten, the longest known first. Safe for use
 * by multiple threads.
 */
final class Sources {
  private static final int MAX_KNOWN = 10_000;

  /** Whoever has one address of IPv6 most often has this many bits' worth of them. */
  private static final int IPV6_BYTES = 8;

  private final Optional<Rate> rate;
  private final Optional<Integer> maxRunning;
  private final LongSupplier nanoTime;
  private final Map<String, Source> known = new LinkedHashMap<>();

  private static final class Source {
    private final @Nullable TokenBucket bucket;
    private int running;

    Source(@Nullable TokenBucket bucket) {
      this.bucket = bucket;
    }
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
  synchronized Optional<Refusal> admit(String address) {
    if (unlimited()) {
      return Optional.empty();
    }
    long now = nanoTime.getAsLong();
    var source =
        known.computeIfAbsent(
            address, _ -> new Source(rate.map(r -> new TokenBucket(r, now)).orElse(null)));
    if (maxRunning.isPresent() && source.running >= maxRunning.get()) {
      return Optional.of(Refusal.PER_SOURCE);
    }
    if (source.bucket != null && !source.bucket.take(now)) {
      return Optional.of(Refusal.SOURCE_RATE);
    }
    source.running++;
    if (known.size() > MAX_KNOWN) {
      forgetOne();
    }
    return Optional.empty();
  }

  private void forgetOne() {
    var each = known.values().iterator();
    while (each.hasNext()) {
      if (each.next().running == 0) {
        each.remove();
        return;
      }
    }
  }

  /** Says that what {@link #admit} let in has ended. */
  synchronized void ended(String address) {
    var source = known.get(address);
    if (source != null) {
      source.running--;
    }
  }
}
