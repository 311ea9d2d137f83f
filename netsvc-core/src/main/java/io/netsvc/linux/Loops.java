package io.netsvc.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The event loop that everything in this JVM shares; a daemon, opened at first use. */
public final class Loops {
  /** How many loops relays share; by default one for each processor. */
  private static final String PROPERTY = "io.netsvc.loops";

  private static volatile @Nullable EventLoop shared;

  private Loops() {}

  private static final class Many {
    static final EventLoop[] LOOPS = open();
    static final AtomicInteger NEXT = new AtomicInteger();

    private static EventLoop[] open() {
      var loops =
          new EventLoop[Integer.getInteger(PROPERTY, Runtime.getRuntime().availableProcessors())];
      try {
        for (int i = 0; i < loops.length; i++) {
          loops[i] = EventLoop.open("netsvc-relay-" + i);
        }
        return loops;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Returns the loops that relays share in turn, one for each processor unless told; nobody closes them. */
  public static EventLoop next() {
    return Many.LOOPS[Math.floorMod(Many.NEXT.getAndIncrement(), Many.LOOPS.length)];
  }

  /**
   * {@return the shared loop; nobody closes it}
   *
   * @throws UncheckedIOException if it cannot be opened now, for want of fds; a later call may
   */
  public static EventLoop shared() {
    var loop = shared;
    return loop == null ? open() : loop;
  }

  private static synchronized EventLoop open() {
    var loop = shared;
    if (loop == null) {
      LowFds.reserve(); // while low numbers are free: whoever needs a loop may start programs
      try {
        loop = EventLoop.open("netsvc-loop");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      shared = loop;
    }
    return loop;
  }
}
