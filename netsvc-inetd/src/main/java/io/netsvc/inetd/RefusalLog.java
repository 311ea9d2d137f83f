package io.netsvc.inetd;

import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who was refused, in the log: at most once a second for each reason. */
final class RefusalLog {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private @Nullable Map<Refusal, Line> lines; // none for most of many services

  private static final class Line {
    private long atNanos;
    private long silent = -1; // the first one is logged
  }

  RefusalLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Says, if it may, that a client was refused. */
  void refused(String service, Refusal reason, SocketAddress peer) {
    long silent = mayLog(reason);
    if (silent >= 0) {
      log.info(
          "refused service={} reason={} peer={} andBefore={}",
          service, reason, Sources.shown(peer), silent);
    }
  }

  /** Returns how many were not logged since the last line, or -1 if this one is not to be either. */
  synchronized long mayLog(Refusal reason) {
    var known = lines == null ? new EnumMap<Refusal, Line>(Refusal.class) : lines;
    lines = known;
    var line = known.computeIfAbsent(reason, _ -> new Line());
    long now = nanoTime.getAsLong();
    if (line.silent >= 0 && now - line.atNanos < SECOND_NANOS) {
      line.silent++;
      return -1;
    }
    long silent = Math.max(0, line.silent);
    line.silent = 0;
    line.atNanos = now;
    return silent;
  }
}
