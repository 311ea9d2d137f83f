package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.SocketOption;
import io.netsvc.linux.SocketText;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Sets a {@link Tuning} on an fd. */
final class LinuxTuning {

  private LinuxTuning() {}

  /** {@return what socket is to be opened} */
  static Sockets.Kind kind(Tuning tuning) {
    if (tuning.has(Tunable.PACKETS)) {
      return Sockets.Kind.PACKETS;
    }
    return tuning.has(Tunable.MULTIPATH) ? Sockets.Kind.MULTIPATH : Sockets.Kind.STREAM;
  }

  /** {@return a connection over a connected socket of that kind} */
  static Connection connection(Tuning tuning, Fd fd, SocketAddress remote) throws IOException {
    return tuning.has(Tunable.PACKETS)
        ? MessageConnection.ofPackets(fd, remote)
        : new LinuxConnection(fd, remote);
  }

  /**
   * Sets everything but the protocol, on a socket that is not bound or connected yet.
   *
   * @param address the one it will be bound or connected to
   */
  static void apply(Tuning tuning, SocketAddress address, Fd fd) throws IOException {
    boolean internet = address instanceof InetSocketAddress;
    boolean six = internet && ((InetSocketAddress) address).getAddress() instanceof Inet6Address;
    try {
      for (var setting : tuning.on(internet).entrySet()) {
        switch (setting.getValue()) {
          case Integer number -> set(setting.getKey(), six, fd, number);
          case String text -> set(setting.getKey(), fd, text);
          default -> throw new AssertionError(setting);
        }
      }
    } catch (LinuxException e) {
      throw e.at(address);
    }
  }

  private static void set(Tunable tunable, boolean six, Fd fd, int value) throws IOException {
    switch (tunable) {
      case SEND_BUFFER -> SocketOption.SEND_BUFFER.set(fd, value);
      case RECEIVE_BUFFER -> SocketOption.RECEIVE_BUFFER.set(fd, value);
      case NO_DELAY -> SocketOption.NO_DELAY.set(fd, value);
      case KEEP_ALIVE -> SocketOption.KEEP_ALIVE.set(fd, value);
      case KEEP_IDLE -> SocketOption.KEEP_IDLE.set(fd, value);
      case KEEP_INTERVAL -> SocketOption.KEEP_INTERVAL.set(fd, value);
      case KEEP_COUNT -> SocketOption.KEEP_COUNT.set(fd, value);
      case USER_TIMEOUT -> SocketOption.USER_TIMEOUT.set(fd, value);
      case MARK -> SocketOption.MARK.set(fd, value);
      case FREE_BIND ->
          (six ? SocketOption.IPV6_FREE_BIND : SocketOption.FREE_BIND).set(fd, value);
      case TRANSPARENT ->
          (six ? SocketOption.IPV6_TRANSPARENT : SocketOption.TRANSPARENT).set(fd, value);
      case TYPE_OF_SERVICE ->
          (six ? SocketOption.IPV6_TYPE_OF_SERVICE : SocketOption.TYPE_OF_SERVICE).set(fd, value);
      case TIME_TO_LIVE ->
          (six ? SocketOption.IPV6_TIME_TO_LIVE : SocketOption.TIME_TO_LIVE).set(fd, value);
      case MIN_TIME_TO_LIVE ->
          (six ? SocketOption.IPV6_MIN_TIME_TO_LIVE : SocketOption.MIN_TIME_TO_LIVE).set(fd, value);
      case DEBUG -> SocketOption.DEBUG.set(fd, value);
      case FAST_OPEN -> SocketOption.FAST_OPEN.set(fd, value);
      case FAST_OPEN_CONNECT -> SocketOption.FAST_OPEN_CONNECT.set(fd, value);
      case DEFER_ACCEPT -> SocketOption.DEFER_ACCEPT.set(fd, value);
      case MULTIPATH, PACKETS -> {
        // The socket was opened so.
      }
      case CONGESTION_CONTROL, DEVICE -> throw new AssertionError(tunable);
    }
  }

  private static void set(Tunable tunable, Fd fd, String value) throws IOException {
    switch (tunable) {
      case CONGESTION_CONTROL -> SocketText.CONGESTION_CONTROL.set(fd, value);
      case DEVICE -> SocketText.DEVICE.set(fd, value);
      default -> throw new AssertionError(tunable);
    }
  }
}
