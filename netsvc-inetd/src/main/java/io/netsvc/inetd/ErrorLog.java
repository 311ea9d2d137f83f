package io.netsvc.inetd;

import io.netsvc.process.OutputListener;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the programs of one entry write to fd 2, in the server's log: each line with the entry and
 * the pid. At most {@value #MOST} lines a second, with one that says how many were left out: what
 * writes more is read as fast, for it shall not wait for us.
 */
final class ErrorLog {
  static final int MOST = 100;

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final String service;
  private long beganNanos = System.nanoTime() - SECOND_NANOS;
  private int lines;
  private long leftOut;

  ErrorLog(String service) {
    this.service = service;
  }

  /** Returns what logs the lines of one program. */
  OutputListener of(long pid) {
    var lines = new Lines(line -> log(pid, line));
    return new OutputListener() {
      @Override
      public void written(ByteBuffer bytes) {
        lines.add(bytes);
      }

      @Override
      public void ended() {
        lines.end();
      }
    };
  }

  private synchronized void log(long pid, String line) {
    long now = System.nanoTime();
    if (now - beganNanos >= SECOND_NANOS) {
      sayWhatWasLeftOut();
      beganNanos = now;
      lines = 0;
    }
    if (lines < MOST) {
      lines++;
      log.info("stderr service={} pid={} message=\"{}\"", service, pid, line);
    } else if (leftOut++ == 0) {
      // Perhaps no line comes any more.
      var _ = Later.run(this::sayWhatWasLeftOut, SECOND_NANOS - (now - beganNanos));
    }
  }

  private synchronized void sayWhatWasLeftOut() {
    if (leftOut > 0) {
      log.warn("stderr service={} {} lines left out", service, leftOut);
      leftOut = 0;
    }
  }
}
