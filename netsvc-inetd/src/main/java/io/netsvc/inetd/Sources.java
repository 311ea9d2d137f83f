package io.netsvc.inetd;

import io.netsvc.inetd.config.Rate;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What each client address does to one service: how many it has running, and how many it started in
 * the current minute of the monotonic clock. Bounded: addresses that have nothing running are
 * forgotten, the longest known first.
 */
final class Sources {
  private static final long MINUTE_NANOS = 60_000_000_000L;
  private static final int MAX_KNOWN = 10_000;

  private final Optional<Rate> rate;
  private final Optional<Integer> maxRunning;
  private final Map<String, Source> known = new LinkedHashMap<>();

  private static final class Source {
    private long minuteNanos = System.nanoTime();
    private int inMinute;
    private int running;
  }

  Sources(Optional<Rate> rate, Optional<Integer> maxRunning) {
    this.rate = rate;
    this.maxRunning = maxRunning;
  }

  private boolean unlimited() {
    return rate.isEmpty() && maxRunning.isEmpty();
  }

  /** Returns what counts as one client: its address, or all of a Unix socket's. */
  static String of(SocketAddress peer) {
    return peer instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "unix";
  }

  /** Returns a client for the log; the name of a Unix one is its own choice, line breaks and all. */
  static String shown(SocketAddress peer) {
    return peer instanceof InetSocketAddress ? peer.toString() : "unix";
  }

  /** Counts a connection and returns true, or returns false when its source is over a limit. */
  synchronized boolean admit(String address) {
    if (unlimited()) {
      return true;
    }
    var source = known.computeIfAbsent(address, _ -> new Source());
    long now = System.nanoTime();
    if (now - source.minuteNanos >= MINUTE_NANOS) {
      source.minuteNanos = now;
      source.inMinute = 0;
    }
    if ((rate.isPresent() && source.inMinute >= rate.get().count())
        || (maxRunning.isPresent() && source.running >= maxRunning.get())) {
      return false;
    }
    source.inMinute++;
    source.running++;
    if (known.size() > MAX_KNOWN) {
      forgetOne();
    }
    return true;
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
