package io.netsvc.process;

import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdChannel;
import io.netsvc.linux.Pidfd;
import io.netsvc.linux.PipeReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that was started. It is reaped when it ends, whether or not anybody waits, by its
 * pidfd on an event loop: there is no thread per child, and children of {@link ProcessBuilder} in
 * the same JVM are not touched. Pipes to it stay open until the caller closes them. Safe for use by
 * multiple concurrent threads; each pipe by one at a time.
 */
public final class SpawnedProcess {
  private static final int SIGKILL = 9;
  private static final Logger log = LoggerFactory.getLogger(SpawnedProcess.class);

  private final long pid;
  private final Fd pidfd;
  private final EventLoop loop;
  private final @Nullable FdChannel stdin;
  private final @Nullable FdChannel stdout;
  private final @Nullable FdChannel stderr;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private EventLoop.Registration registration;

  @SuppressWarnings("NullAway") // the registration is set before the loop can call back
  private SpawnedProcess(int pid, Fd pidfd, ChildFds fds, EventLoop loop) throws IOException {
    this.pid = pid;
    this.pidfd = pidfd;
    this.loop = loop;
    this.stdin = fds.pipe(0);
    this.stdout = fds.pipe(1);
    this.stderr = fds.pipe(2);
    synchronized (this) {
      this.registration = loop.register(pidfd, EventLoop.IN, this::ended);
    }
  }

  /** Takes over a child; one that cannot be watched is killed, rather than never be reaped. */
  static SpawnedProcess of(int pid, Fd pidfd, ChildFds fds, EventLoop loop) throws IOException {
    try {
      return new SpawnedProcess(pid, pidfd, fds, loop);
    } catch (IOException | RuntimeException | Error e) {
      Pidfd.send(pidfd, SIGKILL);
      Pidfd.await(pidfd);
      pidfd.close();
      throw e;
    }
  }

  private void ended() {
    ExitStatus status;
    synchronized (this) {
      try {
        var end = Pidfd.reap(pidfd);
        if (end == null) {
          return;
        }
        var user = Duration.ofNanos(end.userMicros() * 1_000);
        var system = Duration.ofNanos(end.systemMicros() * 1_000);
        status =
            end.exited()
                ? new ExitStatus.Exited(end.status(), user, system)
                : new ExitStatus.Signaled(end.status(), end.coreDumped(), user, system);
      } catch (IOException e) {
        log.warn("not reaped pid={} cause=\"{}\"", pid, e.getMessage());
        status = new ExitStatus.Unknown();
      }
      registration.cancel(); // before the close: see EventLoop
      pidfd.close();
    }
    exit.complete(status);
  }

  /** {@return the process id} */
  public long pid() {
    return pid;
  }

  /**
   * {@return what writes to the program's fd 0; the caller closes it, for the program to see the end}
   *
   * @throws IllegalStateException if fd 0 is not a {@link ChildFd#pipe} or {@link ChildFd#terminal}
   */
  public OutputStream stdin() {
    return Channels.newOutputStream(piped(stdin, 0));
  }

  /**
   * {@return what reads the program's fd 1; the caller closes it}
   *
   * @throws IllegalStateException if fd 1 is not a {@link ChildFd#pipe} or {@link ChildFd#terminal}
   */
  public InputStream stdout() {
    return Channels.newInputStream(piped(stdout, 1));
  }

  /**
   * {@return what reads the program's fd 2; the caller closes it}
   *
   * @throws IllegalStateException if fd 2 is not a {@link ChildFd#pipe} of its own
   */
  public InputStream stderr() {
    return Channels.newInputStream(piped(stderr, 2));
  }

  /**
   * Has a listener get what the program writes to its fd 1 or 2, without a thread that waits for
   * it; in place of {@link #stdout} or {@link #stderr}, before anybody has read there. It ends when
   * all have closed the pipe, or by what this returns.
   *
   * @return what ends the reading, soon, with what was written until then; who writes on gets EPIPE
   * @throws IllegalStateException if the fd is not a {@link ChildFd#pipe}, or is read otherwise now
   * @throws IOException if it was closed
   */
  public Runnable onOutput(int fd, OutputListener listener) throws IOException {
    Objects.requireNonNull(listener, "listener");
    if (fd != 1 && fd != 2) {
      throw new IllegalArgumentException("no output: fd " + fd);
    }
    var pipe = piped(fd == 1 ? stdout : stderr, fd).detach();
    var reader =
        PipeReader.open(
            pipe,
            loop,
            new PipeReader.Sink() {
              @Override
              public void read(ByteBuffer bytes) {
                listener.written(bytes);
              }

              @Override
              public void ended() {
                listener.ended();
              }
            });
    return reader::close;
  }

  private static FdChannel piped(@Nullable FdChannel pipe, int fd) {
    if (pipe == null) {
      throw new IllegalStateException("fd " + fd + " is not a pipe");
    }
    return pipe;
  }

  /** Waits until the program has ended. */
  public ExitStatus awaitExit() throws InterruptedException {
    try {
      return exit.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e); // it is only ever completed with a status
    }
  }

  /** Waits at most this long; empty when the program still runs. */
  public Optional<ExitStatus> awaitExit(Duration timeout) throws InterruptedException {
    try {
      return Optional.of(exit.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Calls a listener once the program has ended, on an event loop: it must not block. Where the
   * program has ended already, it is called at once. What it throws is logged.
   */
  public void onExit(Consumer<ExitStatus> listener) {
    Objects.requireNonNull(listener, "listener");
    var _ =
        exit.thenAccept(
            status -> {
              try {
                listener.accept(status);
              } catch (RuntimeException | Error e) {
                log.warn("exit listener failed pid={}", pid, e);
              }
            });
  }

  /**
   * Sends a signal, by number as in signal(7); nothing happens when the program has ended. It can
   * reach no other process, even when the pid is in use again.
   */
  public synchronized void signal(int signal) throws IOException {
    if (!pidfd.isClosed()) {
      Pidfd.send(pidfd, signal);
    }
  }

  @Override
  public String toString() {
    return "pid " + pid;
  }
}
