package io.netsvc.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a failure to connect is thrown as, the same over both transports. */
final class ConnectFailures {
  private ConnectFailures() {}

  /** {@return how the deadline is reported} */
  static SocketTimeoutException timedOut(Object target, Duration timeout) {
    return new SocketTimeoutException("connect " + target + ": timed out after " + text(timeout));
  }

  static <E extends IOException> E because(E failure, @Nullable Throwable cause) {
    failure.initCause(cause);
    return failure;
  }

  static ConnectException refused(String message, Throwable cause) {
    return because(new ConnectException(message), cause);
  }

  static NoRouteToHostException unreachable(String message, Throwable cause) {
    return because(new NoRouteToHostException(message), cause);
  }

  static BindException notOurs(String message, Throwable cause) {
    return because(new BindException(message), cause);
  }

  static UnknownHostException unknown(Object target, Throwable cause) {
    return because(new UnknownHostException("connect " + target + ": unknown host"), cause);
  }

  /** {@return what a connection to oneself is} */
  static ConnectException selfConnect(SocketAddress address) {
    return new ConnectException(
        "connect " + address + ": Connection refused (it would be connected to itself)");
  }

  /** {@return whether the same may go well a moment later} */
  static boolean passing(Throwable failure) {
    return failure instanceof ConnectException || failure instanceof NoRouteToHostException;
  }

  /** {@return a duration as people write it: {@code 10 s}, {@code 1.5 s}, {@code 250 ms}} */
  static String text(Duration duration) {
    long millis = Math.max(1, duration.dividedBy(Duration.ofMillis(1)));
    if (millis < 1000) {
      return millis + " ms";
    }
    return java.math.BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + " s";
  }
}
