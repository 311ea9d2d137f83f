package io.netsvc.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
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

  /**
   * {@return a connection that has another end}
   *
   * @throws ConnectException if it has not. Where nobody listens on an ephemeral port, the kernel
   *     may choose that one as our own, and TCP then connects the socket to itself: RFC 9293 section
   *     3.5, simultaneous open.
   */
  static Connection notToItself(SocketAddress address, Connection connection)
      throws ConnectException {
    if (address instanceof InetSocketAddress && address.equals(connection.localAddress())) {
      connection.abort(); // without a TIME_WAIT, which would keep a real listener off the port
      throw new ConnectException(
          "connect " + address + ": Connection refused (it would be connected to itself)");
    }
    return connection;
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
