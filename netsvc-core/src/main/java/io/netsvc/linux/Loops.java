package io.netsvc.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The event loops of this JVM: daemons, opened at first use, that nobody closes. The first one has
 * what is not relayed too, such as listeners and children.
 */
public final class Loops {
  /** How many there are, 1 to 1024; by default one for each processor. */
  private static final String PROPERTY = "io.netsvc.loops";

  private static final int COUNT =
      Math.clamp(Integer.getInteger(PROPERTY, Runtime.getRuntime().availableProcessors()), 1, 1024);

  private static final AtomicReferenceArray<EventLoop> LOOPS = new AtomicReferenceArray<>(COUNT);
  private static final AtomicInteger NEXT = new AtomicInteger();

  private Loops() {}

  /**
   * {@return the first loop}
   *
   * @throws UncheckedIOException if it cannot be opened now, for want of fds; a later call may
   */
  public static EventLoop shared() {
    return loop(0);
  }

  /** As {@link #shared()}, for one of all loops in turn; the first where that one cannot be opened. */
  public static EventLoop next() {
    try {
      return loop(Math.floorMod(NEXT.getAndIncrement(), COUNT));
    } catch (UncheckedIOException e) {
      return shared();
    }
  }

  /** {@return the loop whose thread this is; any other thread gets {@link #next}} */
  public static EventLoop here() {
    var here = EventLoop.current();
    return here == null ? next() : here;
  }

  private static EventLoop loop(int number) {
    var loop = LOOPS.get(number);
    return loop == null ? open(number) : loop;
  }

  private static synchronized EventLoop open(int number) {
    var loop = LOOPS.get(number);
    if (loop == null) {
      LowFds.reserve(); // while low numbers are free: whoever needs a loop may start programs
      try {
        loop = EventLoop.open("netsvc-loop-" + number);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      LOOPS.set(number, loop);
    }
    return loop;
  }
}
