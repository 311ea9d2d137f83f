package io.netsvc.linux;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Empty pipes for splice(2), of one loop. All loops of this JVM together own at most {@value
 * #LARGE} of 1 MiB and then {@value #SMALL} of 256 KiB: half of what {@code pipe-user-pages-soft}
 * grants a user, beyond which every new pipe of that user would be a small one; see pipe(7).
 */
final class PipePool {
  private static final int LARGE = 16;
  private static final int SMALL = 64;
  private static final int LARGE_SIZE = 1 << 20;
  private static final int SMALL_SIZE = 1 << 18;
  private static final int KEPT = 16;
  private static final int F_SETPIPE_SZ = 1031;
  private static final AtomicInteger OWNED = new AtomicInteger();

  private final Deque<Pipes.Ends> unused = new ArrayDeque<>();

  /** Returns an empty pipe that does not block; null when there are enough of them, or no fds. */
  Pipes.@Nullable Ends borrow() {
    var pipe = unused.poll();
    if (pipe != null) {
      return pipe;
    }
    int owned = OWNED.incrementAndGet();
    if (owned > LARGE + SMALL) {
      OWNED.decrementAndGet();
      return null;
    }
    try {
      pipe = Pipes.openNonBlocking();
      // Where it is refused (EPERM) the pipe keeps its size, and works.
      Syscalls.fcntl(pipe.write().number(), F_SETPIPE_SZ, owned <= LARGE ? LARGE_SIZE : SMALL_SIZE);
      return pipe;
    } catch (LinuxException e) {
      OWNED.decrementAndGet();
      return null;
    }
  }

  /** Takes back a pipe, which is empty: another pair's bytes would come out of it otherwise. */
  void giveBack(Pipes.Ends pipe) {
    if (unused.size() < KEPT) {
      unused.push(pipe);
    } else {
      discard(pipe);
    }
  }

  /** Closes a pipe, whatever is in it. */
  void discard(Pipes.Ends pipe) {
    pipe.read().close();
    pipe.write().close();
    OWNED.decrementAndGet();
  }

  void close() {
    for (var pipe = unused.poll(); pipe != null; pipe = unused.poll()) {
      discard(pipe);
    }
  }
}
