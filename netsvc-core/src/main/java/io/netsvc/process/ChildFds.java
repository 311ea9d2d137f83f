package io.netsvc.process;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdChannel;
import io.netsvc.linux.Pipes;
import io.netsvc.linux.Terminals;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fds of one start: what the child duplicates, and the JVM's ends of its pipes. Closing it
 * closes what was opened for the start alone.
 */
final class ChildFds implements AutoCloseable {
  private final int[] numbers;
  private final @Nullable FdChannel[] pipes = new FdChannel[3];
  private final List<Fd> opened = new ArrayList<>();
  private final IdentityHashMap<ChildFd, Integer> seen = new IdentityHashMap<>();

  private ChildFds(int count) {
    this.numbers = new int[count];
  }

  /** Prepares what becomes the fds 0, 1, 2 … */
  static ChildFds open(List<ChildFd> fds) throws IOException {
    var prepared = new ChildFds(fds.size());
    try {
      for (int i = 0; i < fds.size(); i++) {
        prepared.place(i, fds.get(i));
      }
      return prepared;
    } catch (IOException | RuntimeException e) {
      prepared.closeAll();
      throw e;
    }
  }

  private void place(int i, ChildFd fd) throws IOException {
    var before = seen.get(fd);
    if (before != null && (before > 0 || !(fd.kind() instanceof ChildFd.Kind.Piped))) {
      numbers[i] = numbers[before];
      if (fd.kind() instanceof ChildFd.Kind.Terminal && i < pipes.length) {
        pipes[i] = pipes[before];
      }
      return;
    }
    numbers[i] =
        switch (fd.kind()) {
          case ChildFd.Kind.Inherited(int number) -> number;
          case ChildFd.Kind.Held(var holder) -> keep(holder.handOver());
          case ChildFd.Kind.Shared(var holder) -> keep(holder.share());
          case ChildFd.Kind.Opened(var opener) -> keep(opener.open());
          case ChildFd.Kind.Piped() -> openPipe(i);
          case ChildFd.Kind.Terminal() -> openTerminal(i);
        };
    seen.put(fd, i);
  }

  private int openPipe(int i) throws IOException {
    if (i > 2) {
      throw new IllegalArgumentException("a pipe as fd " + i + ": only 0, 1 and 2 can be one");
    }
    var ends = Pipes.open();
    pipes[i] = FdChannel.ofPipe(i == 0 ? ends.write() : ends.read());
    return keep(i == 0 ? ends.read() : ends.write());
  }

  private int openTerminal(int i) throws IOException {
    if (i > 2) {
      throw new IllegalArgumentException("a terminal as fd " + i + ": only 0, 1 and 2 can be one");
    }
    var sides = Terminals.open();
    pipes[i] = FdChannel.ofTerminal(sides.master());
    return keep(sides.terminal());
  }

  private int keep(Fd fd) {
    opened.add(fd);
    return fd.number();
  }

  int[] numbers() {
    return numbers.clone();
  }

  /** The JVM's end of the pipe or terminal that is the child's fd {@code i}; null if that is none. */
  @Nullable FdChannel pipe(int i) {
    return pipes[i];
  }

  @Override
  public void close() {
    opened.forEach(Fd::close);
  }

  /** After a start that failed: the JVM's ends too. */
  void closeAll() {
    close();
    for (var pipe : pipes) {
      if (pipe != null) {
        pipe.close();
      }
    }
  }
}
