package io.netsvc.inetd;

import io.netsvc.linux.FdChannel;
import io.netsvc.linux.NativeAccess;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What started this process and wants to know how it does: systemd, or whoever else speaks
 * sd_notify(3). Each message is one datagram to the Unix socket that {@code NOTIFY_SOCKET} names, a
 * path or {@code @} and an abstract name. Without a supervisor nothing is sent; no message ever
 * fails to its caller: the first that cannot be sent is logged, the others are not. A predecessor
 * that hands its sockets over ({@link InetdServer#handOver}) is told {@link #ready} too, once.
 *
 * <p>A message blocks its thread while the supervisor's socket is full, for five seconds at most.
 * Supervisors are immutable, and safe for use by multiple concurrent threads.
 */
public final class Supervisor {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);
  private static final Supervisor NONE = new Supervisor(Optional.empty(), Optional.empty(), Optional.empty());

  private final Optional<String> socket;
  private final Optional<String> predecessor;
  private final AtomicBoolean succeeded = new AtomicBoolean();
  private final Optional<Duration> watchdogInterval;
  private final AtomicBoolean failed = new AtomicBoolean();

  private Supervisor(
      Optional<String> socket, Optional<String> predecessor, Optional<Duration> watchdogInterval) {
    this.socket = socket;
    this.predecessor = predecessor;
    this.watchdogInterval = watchdogInterval;
  }

  /** Returns the supervisor that this process's environment names, or {@link #none}. */
  public static Supervisor fromEnvironment() {
    return of(System.getenv(), ProcessHandle.current().pid());
  }

  static Supervisor of(Map<String, String> environment, long pid) {
    var socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    var interval = interval(environment, pid);
    var predecessor =
        Optional.ofNullable(environment.get(Succession.DIRECTORY))
            .map(directory -> directory + '/' + Succession.READY);
    if (!socket.isEmpty() && socket.charAt(0) != '/' && socket.charAt(0) != '@') {
      log.warn("no supervisor is told socket=\"{}\": expected a path or @", Printable.of(socket));
      return new Supervisor(Optional.empty(), predecessor, interval);
    }
    return new Supervisor(
        Optional.of(socket).filter(name -> !name.isEmpty()), predecessor, interval);
  }

  /** As sd_watchdog_enabled(3): the variables may be meant for a parent of this process. */
  private static Optional<Duration> interval(Map<String, String> environment, long pid) {
    var micros = environment.getOrDefault("WATCHDOG_USEC", "");
    var whose = environment.getOrDefault("WATCHDOG_PID", String.valueOf(pid));
    if (micros.isEmpty() || !whose.equals(String.valueOf(pid))) {
      return Optional.empty();
    }
    if (!micros.matches("0*[1-9][0-9]{0,17}")) {
      log.warn("no watchdog WATCHDOG_USEC=\"{}\": expected microseconds", Printable.of(micros));
      return Optional.empty();
    }
    return Optional.of(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS));
  }

  /** {@return a supervisor that nobody is} */
  public static Supervisor none() {
    return NONE;
  }

  /** {@return whether there is one, beside a predecessor} */
  public boolean isPresent() {
    return socket.isPresent();
  }

  /**
   * {@return whether a predecessor hands its sockets over, and waits for {@link #ready}; this process
   * has them alone then}
   */
  public boolean hasPredecessor() {
    return predecessor.isPresent();
  }

  /** Says that the start, or a reload, is complete. */
  public void ready() {
    send("READY=1");
    if (succeeded.compareAndSet(false, true)) {
      send(predecessor, "READY=1");
    }
  }

  /** Says that a reload begins, which {@link #ready} ends. */
  public void reloading() {
    // HotSpot's nanoTime is CLOCK_MONOTONIC, which is what the supervisor compares with.
    send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1_000);
  }

  /** Says that this process is about to end. */
  public void stopping() {
    send("STOPPING=1");
  }

  /** Says how things are, in one line for people. */
  public void status(String text) {
    send("STATUS=" + Printable.of(text));
  }

  /**
   * Says which process is the main one, where it is not the one that was started.
   *
   * @param pid positive
   */
  public void mainPid(long pid) {
    if (pid <= 0) {
      throw new IllegalArgumentException("pid out of range: " + pid);
    }
    send("MAINPID=" + pid);
  }

  /**
   * {@return within which time {@link #watchdog} is expected again and again; half of it is a good
   * interval. Empty if it is not expected, also where there is no supervisor}
   */
  public Optional<Duration> watchdogInterval() {
    return watchdogInterval.filter(_ -> isPresent());
  }

  /** Says that this process is alive. */
  public void watchdog() {
    send("WATCHDOG=1");
  }

  private void send(String message) {
    send(socket, message);
  }

  private void send(Optional<String> to, String message) {
    if (to.isEmpty()) {
      return;
    }
    try {
      var missing = NativeAccess.missing();
      if (missing.isPresent()) {
        throw new IOException("a Unix datagram needs " + missing.get());
      }
      send(UnixDomainSocketAddress.of(to.get()), message);
    } catch (IOException | RuntimeException e) {
      if (failed.compareAndSet(false, true)) {
        log.warn("the supervisor is not told cause=\"{}\"", Printable.of(Objects.toString(e.getMessage())));
      }
    }
  }

  private static void send(UnixDomainSocketAddress to, String message) throws IOException {
    try (var channel = FdChannel.ofSocket(Sockets.connectedDatagram(to))) {
      var patience = Later.run(channel::close, PATIENCE_NANOS);
      try {
        channel.write(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
      } finally {
        patience.run();
      }
    }
  }
}
