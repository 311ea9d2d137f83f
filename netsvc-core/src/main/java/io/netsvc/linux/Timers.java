package io.netsvc.linux;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for their time; those that are taken back leave nothing behind. For one thread. A
 * binary heap, whose timers know their places in it.
 */
public final class Timers {
  private @Nullable Timer[] heap = new Timer[16];
  private int size;

  /** A task that waits. */
  public static final class Timer {
    private final Runnable task;
    private final long deadlineNanos;
    private int place;

    private Timer(Runnable task, long deadlineNanos) {
      this.task = task;
      this.deadlineNanos = deadlineNanos;
    }

    private boolean before(Timer other) {
      return deadlineNanos - other.deadlineNanos < 0;
    }
  }

  /**
   * Has a task wait until {@link System#nanoTime} has come so far.
   *
   * @return what {@link #cancel} takes
   */
  public Timer add(Runnable task, long deadlineNanos) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    var timer = new Timer(task, deadlineNanos);
    rise(timer, size++);
    return timer;
  }

  /** Takes a task back; nothing happens if it had its time. */
  public void cancel(Timer timer) {
    if (timer.place >= 0) {
      remove(timer);
    }
  }

  /** {@return how long the first one waits yet, at least 0; {@link Long#MAX_VALUE} for none} */
  public long leftNanos() {
    var first = heap[0];
    return first == null ? Long.MAX_VALUE : Math.max(0, first.deadlineNanos - System.nanoTime());
  }

  /** Takes out the first task whose time has come; null when there is none. */
  public @Nullable Runnable poll() {
    var first = heap[0];
    if (first == null || first.deadlineNanos - System.nanoTime() > 0) {
      return null;
    }
    remove(first);
    return first.task;
  }

  private void remove(Timer timer) {
    var last = heap[--size];
    heap[size] = null;
    if (last != null && last != timer) {
      sink(last, timer.place);
      rise(last, last.place);
    }
    timer.place = -1;
  }

  private void rise(Timer timer, int from) {
    int at = from;
    while (at > 0) {
      var parent = heap[(at - 1) / 2];
      if (parent == null || !timer.before(parent)) {
        break;
      }
      put(parent, at);
      at = (at - 1) / 2;
    }
    put(timer, at);
  }

  private void sink(Timer timer, int from) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      var left = child < size ? heap[child] : null;
      if (left == null) {
        break;
      }
      var right = child + 1 < size ? heap[child + 1] : null;
      var least = right != null && right.before(left) ? right : left;
      if (!least.before(timer)) {
        break;
      }
      int next = least.place;
      put(least, at);
      at = next;
    }
    put(timer, at);
  }

  private void put(Timer timer, int at) {
    heap[at] = timer;
    timer.place = at;
  }
}
