package io.netsvc.net;

import java.time.Duration;
import java.util.Objects;

/**
 * Options that have a {@link Tuning}.
 *
 * @param <T> the public type of the options
 */
non-sealed interface Tuned<T> extends SocketTuning<T> {

  /** {@return what the socket is told} */
  Tuning tuning();

  /** Returns these options with another tuning. */
  T withTuning(Tuning tuning);

  @Override
  default T withSendBuffer(int bytes) {
    return withTuning(tuning().with(Tunable.SEND_BUFFER, positive("send buffer", bytes)));
  }

  @Override
  default T withReceiveBuffer(int bytes) {
    return withTuning(tuning().with(Tunable.RECEIVE_BUFFER, positive("receive buffer", bytes)));
  }

  @Override
  default T withNoDelay(boolean noDelay) {
    return withTuning(tuning().with(Tunable.NO_DELAY, noDelay));
  }

  @Override
  default T withKeepAlive(boolean keepAlive) {
    return withTuning(
        tuning()
            .with(Tunable.KEEP_ALIVE, keepAlive)
            .without(Tunable.KEEP_IDLE)
            .without(Tunable.KEEP_INTERVAL)
            .without(Tunable.KEEP_COUNT));
  }

  @Override
  default T withKeepAlive(Duration idle, Duration interval, int count) {
    Objects.requireNonNull(idle, "idle");
    Objects.requireNonNull(interval, "interval");
    return withTuning(
        tuning()
            .with(Tunable.KEEP_ALIVE, true)
            .with(Tunable.KEEP_IDLE, seconds("keepalive idle time", idle))
            .with(Tunable.KEEP_INTERVAL, seconds("keepalive interval", interval))
            .with(Tunable.KEEP_COUNT, within("keepalive count", count, 1, 127)));
  }

  @Override
  default T withUserTimeout(Duration timeout) {
    return withTuning(
        tuning()
            .with(
                Tunable.USER_TIMEOUT,
                ceiling("user timeout", timeout, Duration.ofMillis(1), Integer.MAX_VALUE)));
  }

  @Override
  default T withCongestionControl(String name) {
    return withTuning(tuning().with(Tunable.CONGESTION_CONTROL, name("congestion control", name)));
  }

  @Override
  default T withDevice(String name) {
    return withTuning(tuning().with(Tunable.DEVICE, name("device", name)));
  }

  @Override
  default T withMark(int mark) {
    // Even 0, which is no mark, is root's to set.
    return withTuning(
        mark == 0 ? tuning().without(Tunable.MARK) : tuning().with(Tunable.MARK, mark));
  }

  @Override
  default T withFreeBind(boolean freeBind) {
    return withTuning(tuning().with(Tunable.FREE_BIND, freeBind));
  }

  @Override
  default T withTransparent(boolean transparent) {
    return withTuning(tuning().with(Tunable.TRANSPARENT, transparent));
  }

  @Override
  default T withTypeOfService(int typeOfService) {
    return withTuning(
        tuning().with(Tunable.TYPE_OF_SERVICE, within("type of service", typeOfService, 0, 255)));
  }

  @Override
  default T withTimeToLive(int hops) {
    return withTuning(tuning().with(Tunable.TIME_TO_LIVE, within("time to live", hops, 1, 255)));
  }

  @Override
  default T withMinTimeToLive(int hops) {
    return withTuning(
        tuning().with(Tunable.MIN_TIME_TO_LIVE, within("minimal time to live", hops, 0, 255)));
  }

  @Override
  default T withDebug(boolean debug) {
    return withTuning(tuning().with(Tunable.DEBUG, debug));
  }

  @Override
  default T withMultipath(boolean multipath) {
    return withTuning(tuning().with(Tunable.MULTIPATH, multipath));
  }

  @Override
  default T withPackets(boolean packets) {
    return withTuning(tuning().with(Tunable.PACKETS, packets));
  }

  /** {@return the value, if it is at least 1} */
  static int positive(String what, int value) {
    return within(what, value, 1, Integer.MAX_VALUE);
  }

  /** {@return the value, if it is in the range, both ends included} */
  static int within(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
    return value;
  }

  /** {@return a time in seconds, as the kernel allows it for a keepalive} */
  static int seconds(String what, Duration time) {
    return ceiling(what, time, Duration.ofSeconds(1), 32_767);
  }

  /** {@return how many units a time has, begun ones included: 1 to a number} */
  private static int ceiling(String what, Duration time, Duration unit, int most) {
    if (!time.isPositive() || time.compareTo(unit.multipliedBy(most)) > 0) {
      throw new IllegalArgumentException(what + " out of range: " + time);
    }
    return (int) time.plus(unit).minusNanos(1).dividedBy(unit);
  }

  /** {@return a name that the kernel could know: up to 15 bytes, of IFNAMSIZ and TCP_CA_NAME_MAX} */
  private static String name(String what, String name) {
    if (!name.matches("[\\x21-\\x7e&&[^/]]{1,15}")) {
      throw new IllegalArgumentException(
          what + ": read \"" + name.replaceAll("\\p{C}", "?") + "\", expected 1 to 15 characters");
    }
    return name;
  }
}
