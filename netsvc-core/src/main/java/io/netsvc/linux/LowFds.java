package io.netsvc.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Low fd numbers, held by placeholders from the first spawn on, to which the fds of a child move for
 * the time of its start. A child that shares the JVM's table then copies {@value #LIMIT} entries at
 * most (CLOSE_RANGE_UNSHARE of close_range(2)), however many the JVM has open.
 */
final class LowFds {
  /** Every number below this one is low. */
  static final int LIMIT = 256;

  private static final int SLOTS = 16;
  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final Deque<Integer> FREE = new ArrayDeque<>();

  /** What a slot holds that nothing has moved to; null before there are any. */
  private static @Nullable Fd placeholder;

  private LowFds() {}

  /** Takes the slots while numbers are low; without an fd for them now, a later call tries again. */
  static void reserve() {
    synchronized (FREE) {
      if (placeholder != null) {
        return;
      }
      try {
        var opened = Fd.open("/dev/null", O_RDONLY_CLOEXEC);
        placeholder = opened;
        for (int i = 0; i < SLOTS; i++) {
          var slot = Fd.duplicate(opened.number(), 3);
          if (slot.number() >= LIMIT) {
            slot.close();
            break;
          }
          FREE.add(slot.number());
        }
      } catch (LinuxException e) {
        // Fewer slots: a child then copies the JVM's whole table.
      }
    }
  }

  /** Fds that are ready for a child's dup2(2)s: none of them is in the way of another. */
  static final class Placed implements AutoCloseable {
    private final int[] numbers;
    private final List<Fd> moved = new ArrayList<>();
    private final List<Integer> slots = new ArrayList<>();
    private boolean low = true;

    private Placed(int[] sources) throws LinuxException {
      numbers = new int[sources.length];
      try {
        for (int i = 0; i < sources.length; i++) {
          int same = indexOf(sources, sources[i]);
          numbers[i] = same < i ? numbers[same] : place(sources[i]);
        }
      } catch (LinuxException | RuntimeException e) {
        close();
        throw e;
      }
    }

    private static int indexOf(int[] numbers, int number) {
      int i = 0;
      while (numbers[i] != number) {
        i++;
      }
      return i;
    }

    private int place(int source) throws LinuxException {
      int number = source;
      if (source < numbers.length) {
        // In the way of a dup2, or on its own place, where dup2 would leave close-on-exec set.
        var fd = Fd.duplicate(source, numbers.length);
        moved.add(fd);
        number = fd.number();
      }
      if (number >= LIMIT) {
        var slot = take(numbers.length);
        if (slot == null) {
          low = false;
        } else {
          slots.add(slot);
          Fd.replace(slot, number);
          return slot;
        }
      }
      return number;
    }

    /** The number that becomes the child's fd {@code i}. */
    int number(int i) {
      return numbers[i];
    }

    /** Whether all of them are low. */
    boolean low() {
      return low;
    }

    @Override
    public void close() {
      moved.forEach(Fd::close);
      for (int slot : slots) {
        try {
          give(slot);
        } catch (LinuxException e) {
          throw new IllegalStateException(e); // both are ours, and open
        }
      }
    }
  }

  /** Moves what has to move; the fds come back when the result is closed. */
  static Placed place(int... sources) throws LinuxException {
    return new Placed(sources);
  }

  private static @Nullable Integer take(int atLeast) {
    synchronized (FREE) {
      for (var each = FREE.iterator(); each.hasNext(); ) {
        int slot = each.next();
        if (slot >= atLeast) {
          each.remove();
          return slot;
        }
      }
      return null;
    }
  }

  private static void give(int slot) throws LinuxException {
    synchronized (FREE) {
      Fd.replace(slot, Objects.requireNonNull(placeholder).number());
      FREE.addFirst(slot);
    }
  }
}
