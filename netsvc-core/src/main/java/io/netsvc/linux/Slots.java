package io.netsvc.linux;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The registrations of one loop by a number that epoll_wait(2) gives back: a slot, and how often it
 * was taken, so that an event of a former holder finds nobody. Looking up takes no lock.
 */
final class Slots {
  /** No registration's number. */
  static final long NONE = -1;

  private volatile EventLoop.@Nullable Registration[] held = new EventLoop.@Nullable Registration[64];
  private int[] free = new int[64];
  private int freed;
  private int next;
  private int generation;

  synchronized long take(EventLoop.Registration registration) {
    int slot = freed > 0 ? free[--freed] : next++;
    var array = held;
    if (slot == array.length) {
      array = Arrays.copyOf(array, 2 * slot);
    }
    array[slot] = registration;
    held = array; // publishes the element too
    generation = generation + 1 & Integer.MAX_VALUE;
    return (long) generation << 32 | slot;
  }

  EventLoop.@Nullable Registration get(long id) {
    var array = held;
    int slot = (int) id;
    var registration = slot < array.length ? array[slot] : null;
    return registration != null && registration.id == id ? registration : null;
  }

  synchronized void free(long id) {
    int slot = (int) id;
    held[slot] = null;
    if (freed == free.length) {
      free = Arrays.copyOf(free, 2 * freed);
    }
    free[freed++] = slot;
  }
}
