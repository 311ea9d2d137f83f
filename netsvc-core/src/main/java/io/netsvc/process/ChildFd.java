package io.netsvc.process;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.Pipes;
import io.netsvc.net.Connection;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.Listener;
import io.netsvc.net.PassedSocket;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What a child gets as one of its fds. The child gets a duplicate: the caller still owns, and
 * closes, its own. Immutable; one may stand at several places, and then the child's fds share one
 * open file, as after {@code 2>&1} in a shell.
 */
public final class ChildFd {
  private final Kind kind;

  private ChildFd(Kind kind) {
    this.kind = kind;
  }

  /** Where the fd comes from. */
  sealed interface Kind {
    record Held(FdHolder holder) implements Kind {}

    /** As {@link Held}, in the mode that it has. */
    record Shared(FdHolder holder) implements Kind {}

    record Inherited(int fd) implements Kind {}

    /** Something that is opened for one start and closed after it. */
    record Opened(Opener opener) implements Kind {}

    record Piped() implements Kind {}

    record Terminal() implements Kind {}
  }

  /** Opens a file for one start. */
  @FunctionalInterface
  interface Opener {
    Fd open() throws java.io.IOException;
  }

  /**
   * The connection itself, in blocking mode; do not read or write it from Java any more, and close
   * it once the program runs, or its peer will not see the end when the program ends.
   */
  public static ChildFd of(Connection connection) {
    return holder(connection);
  }

  /**
   * The listening socket, in blocking mode. Java must not accept from it before the program has
   * ended: a start with a listener that accepts is an IllegalStateException, unless it is paused.
   */
  public static ChildFd of(Listener listener) {
    return holder(listener);
  }

  /** The bound datagram socket, in blocking mode; paused, as a listener. */
  public static ChildFd of(DatagramPort port) {
    return holder(port);
  }

  /**
   * The listening socket as it is, non-blocking, for a program that accepts from it beside Java:
   * each connection comes to one of the two. The other half is {@link Listener#detach}, or {@link
   * Listener#pause}.
   */
  public static ChildFd shared(Listener listener) {
    return new ChildFd(new Kind.Shared(Objects.requireNonNull(listener, "listener")));
  }

  /** The bound datagram socket as it is; as {@link #shared(Listener)}. */
  public static ChildFd shared(DatagramPort port) {
    return new ChildFd(new Kind.Shared(Objects.requireNonNull(port, "port")));
  }

  /** A socket that was passed to this process, for another one. */
  public static ChildFd shared(PassedSocket passed) {
    return new ChildFd(new Kind.Shared(Objects.requireNonNull(passed, "passed")));
  }

  private static ChildFd holder(Object socket) {
    if (socket instanceof FdHolder holder) {
      return new ChildFd(new Kind.Held(holder));
    }
    Objects.requireNonNull(socket, "socket");
    throw new IllegalArgumentException("has no fd of its own: " + socket);
  }

  /** The JVM's own fd 0, 1 or 2. */
  public static ChildFd inherit(int fd) {
    if (fd < 0 || fd > 2) {
      throw new IllegalArgumentException("not a standard fd: " + fd);
    }
    return new ChildFd(new Kind.Inherited(fd));
  }

  /** {@code /dev/null}: no input, and output that goes nowhere. */
  public static ChildFd devNull() {
    return opened(Pipes::devNull);
  }

  /**
   * A file to read, opened by the JVM, as the JVM's user, at each start. A named pipe makes the
   * start wait for its writer; see fifo(7).
   */
  public static ChildFd reading(Path file) {
    var path = file.toAbsolutePath().toString();
    return opened(() -> Pipes.reading(path));
  }

  /** A file to write from its beginning, emptied or made by the JVM at each start. */
  public static ChildFd writing(Path file) {
    var path = file.toAbsolutePath().toString();
    return opened(() -> Pipes.writing(path));
  }

  /** A file to write at its end, made by the JVM if need be. */
  public static ChildFd appending(Path file) {
    var path = file.toAbsolutePath().toString();
    return opened(() -> Pipes.appending(path));
  }

  private static ChildFd opened(Opener opener) {
    return new ChildFd(new Kind.Opened(opener));
  }

  /**
   * One end of a new pipe at each start, for fd 0, 1 or 2; the other end is {@link
   * SpawnedProcess#stdin}, {@link SpawnedProcess#stdout} or {@link SpawnedProcess#stderr}. The same
   * instance as fd 1 and 2 makes one pipe, read as {@code stdout}.
   */
  public static ChildFd pipe() {
    return new ChildFd(new Kind.Piped());
  }

  /**
   * A new pseudo-terminal at each start, for fds 0, 1 and 2: the same instance is one terminal. Its
   * other side, which whoever plays the terminal has, is {@link SpawnedProcess#stdin} of the fd 0 and
   * {@link SpawnedProcess#stdout} of the fd 1: to close either of them hangs the terminal up. What is
   * written there the terminal echoes and edits, as its settings have it (see termios(3)): a ^D at the
   * beginning of a line ends the program's input. It becomes the controlling terminal by {@link
   * SpawnOptions#withTerminal} alone.
   */
  public static ChildFd terminal() {
    return new ChildFd(new Kind.Terminal());
  }

  Kind kind() {
    return kind;
  }

  @Override
  public String toString() {
    return "child fd " + kind;
  }
}
