package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread over one epoll(7) instance, level-triggered. Callbacks run on that thread and
 * must not block; one that throws is logged and the loop goes on. Registering, cancelling and
 * {@link #execute} may come from any thread.
 */
public final class EventLoop implements AutoCloseable {
  /** Readable, or the peer closed. */
  public static final int IN = 1;

  /** Writable. */
  public static final int OUT = 4;

  /** An error or a hang-up: a read tells which. Reported whether or not it is watched for. */
  public static final int HANG_UP = 8 | 16;

  private static final int ONESHOT = 1 << 30;
  private static final int ADD = 1;
  private static final int DEL = 2;
  private static final int MOD = 3;
  private static final int CLOEXEC = 0x80000;
  private static final int BATCH = 256;
  private static final int SCRATCH = 256 * 1024;
  private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

  /** struct epoll_event is packed on x86-64 only. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final int DATA_OFFSET = PACKED ? 4 : 8;

  private static final ThreadLocal<@Nullable EventLoop> CURRENT = new ThreadLocal<>();

  private final Fd epoll;
  private final Fd wakeUp;
  private final Slots slots = new Slots();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Timers timers = new Timers();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Thread thread;

  /** What the loop's own thread works with; it lives as long as the thread runs. */
  private @Nullable MemorySegment ownEvent;

  private @Nullable MemorySegment scratch;
  private final PipePool pipes = new PipePool();
  private final CountDownLatch opened = new CountDownLatch(1);
  private volatile boolean hasRing;
  private @Nullable Ring ring;
  private final ArrayDeque<Runnable> onClosed = new ArrayDeque<>();
  private volatile boolean closed;

  /** The ring's look at epoll: once for each time that something is ready there. */
  private final RingOp watch =
      new RingOp() {
        @Override
        void done(int result, int buffer) {}
      };

  private EventLoop(String name) throws IOException {
    epoll = Fd.opened("epoll_create1", Syscalls.epollCreate(CLOEXEC));
    Fd event = null;
    try {
      event = Fd.opened("eventfd", Syscalls.eventfd(0, CLOEXEC | Fd.O_NONBLOCK));
      wakeUp = event;
      control(ADD, wakeUp.number(), IN, Slots.NONE);
    } catch (IOException e) {
      epoll.close();
      if (event != null) {
        event.close();
      }
      throw e;
    }
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Opens a loop on a daemon thread of its own. */
  public static EventLoop open(String name) throws IOException {
    var loop = new EventLoop(name);
    try {
      loop.thread.start();
    } catch (Error e) {
      loop.epoll.close();
      loop.wakeUp.close();
      throw e;
    }
    loop.awaitOpened();
    return loop;
  }

  private void awaitOpened() {
    boolean interrupted = false;
    while (true) {
      try {
        opened.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What happens at an fd: a mask of {@link #IN}, {@link #OUT} and {@link #HANG_UP}. */
  @FunctionalInterface
  public interface Ready {
    void ready(int events);
  }

  /** One fd that the loop watches. */
  public final class Registration {
    final Ready ready;
    private final Fd fd;
    private volatile boolean cancelled;
    long id;

    private Registration(Fd fd, Ready ready) {
      this.fd = fd;
      this.ready = ready;
    }

    /** Watches for these events from now on; 0 pauses, but for one call when the peer hangs up. */
    public void interest(int events) throws IOException {
      control(MOD, fd.number(), events, id);
    }

    /** Watches for these events, once. */
    public void interestOnce(int events) throws IOException {
      control(MOD, fd.number(), events | ONESHOT, id);
    }

    /**
     * Stops watching; must come before the fd is closed, since a child that holds a copy of the
     * table for a moment would keep the events coming.
     */
    public void cancel() {
      if (!cancelled) {
        cancelled = true;
        slots.free(id);
        Syscalls.epollCtl(epoll.number(), DEL, fd.number(), MemorySegment.NULL);
      }
    }
  }

  /** Starts to watch an fd for events (0: not yet); {@code ready} runs on the loop's thread. */
  public Registration register(Fd fd, int events, Runnable ready) throws IOException {
    return register(fd, events, _ -> ready.run());
  }

  /** As the other, for a callback that needs to know what happens. */
  public Registration register(Fd fd, int events, Ready ready) throws IOException {
    var registration = new Registration(fd, ready);
    registration.id = slots.take(registration);
    try {
      control(ADD, fd.number(), events, registration.id);
    } catch (IOException e) {
      slots.free(registration.id);
      throw e;
    }
    return registration;
  }

  /** Runs a task on the loop's thread. */
  public void execute(Runnable task) {
    tasks.add(task);
    if (isCurrent()) {
      return; // it looks at the tasks before it waits
    }
    if (woken.compareAndSet(false, true)) {
      wake();
    }
  }

  /**
   * Runs a task on the loop's thread after some time; called on that thread.
   *
   * @return what takes it back, on that thread too; for naught once it has run
   */
  public Runnable schedule(Runnable task, long delayNanos) {
    var timer = timers.add(task, System.nanoTime() + delayNanos);
    return () -> timers.cancel(timer);
  }

  /** {@return whether the calling thread is the loop's} */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Memory for a callback's own time, for the loop's thread alone. */
  MemorySegment scratch() {
    var memory = scratch;
    if (memory == null) {
      memory = Arena.ofAuto().allocate(SCRATCH, 4096);
      scratch = memory;
    }
    return memory;
  }

  /** {@return whether the loop has a ring; it has tried when it was opened} */
  public boolean hasRing() {
    return hasRing;
  }

  /** The loop's thread alone may use it, so that has to open it. */
  private void openRing() {
    try {
      ring = Ring.WANTED ? new Ring() : null;
      hasRing = ring != null;
    } catch (LinuxException e) {
      log.debug("relaying by epoll cause=\"{}\"", e.getMessage());
    } finally {
      opened.countDown();
    }
  }

  /** The ring of a loop that has one, for its thread alone. */
  Ring ring() {
    return Objects.requireNonNull(ring);
  }

  /** Runs a task once the ring has closed what it was told to close; on the loop's thread. */
  public void whenClosed(Runnable task) {
    onClosed.add(task);
  }

  /** Pipes for splice(2), for the loop's thread alone. */
  PipePool pipes() {
    return pipes;
  }

  private void wake() {
    try (var arena = Arena.ofConfined()) {
      Syscalls.write(wakeUp.number(), arena.allocateFrom(ValueLayout.JAVA_LONG, 1), 8);
    }
  }

  private void control(int operation, int fd, int events, long id) throws IOException {
    if (isCurrent() && ownEvent != null) {
      control(operation, fd, events, id, ownEvent);
      return;
    }
    try (var arena = Arena.ofConfined()) {
      control(operation, fd, events, id, arena.allocate(EVENT_SIZE, 8));
    }
  }

  private void control(int operation, int fd, int events, long id, MemorySegment event)
      throws IOException {
    // A hang-up is reported even to those who watch for nothing: then once is enough.
    event.set(ValueLayout.JAVA_INT, 0, events == 0 ? ONESHOT : events);
    event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET, id);
    int result = Syscalls.epollCtl(epoll.number(), operation, fd, event);
    if (result < 0) {
      throw new LinuxException("epoll_ctl", -result);
    }
  }

  /** Waits by the ring, if there is one; {@return whether to look at epoll, which may wait else} */
  private boolean await() {
    var own = ring;
    if (own == null || own.isUnused()) {
      return true;
    }
    if (!watch.busy()) {
      own.poll(epoll, IN, watch); // tells at once if something is ready still
    }
    int closing = onClosed.size();
    own.enter(closing == 0 ? timeoutNanos() : 0);
    own.drain();
    for (int i = 0; i < closing; i++) {
      guarded(onClosed.remove());
    }
    return !watch.busy();
  }

  private void look(MemorySegment events, MemorySegment counter) {
    int timeout = ring == null || ring.isUnused() ? millis(timeoutNanos()) : 0;
    int n = Syscalls.epollWait(epoll.number(), events, BATCH, timeout);
    for (int i = 0; i < n; i++) {
      int at = i * EVENT_SIZE;
      long id = events.get(ValueLayout.JAVA_LONG_UNALIGNED, at + DATA_OFFSET);
      if (id == Slots.NONE) {
        wakeUp.read(counter, 8);
        continue;
      }
      var registration = slots.get(id);
      if (registration != null && !registration.cancelled) {
        guarded(registration.ready, events.get(ValueLayout.JAVA_INT_UNALIGNED, at));
      }
    }
  }

  /** {@return the loop whose thread this is; null for any other thread} */
  static @Nullable EventLoop current() {
    return CURRENT.get();
  }

  private void run() {
    CURRENT.set(this);
    openRing();
    try (var arena = Arena.ofConfined()) {
      ownEvent = arena.allocate(EVENT_SIZE, 8);
      var events = arena.allocate((long) BATCH * EVENT_SIZE, 8);
      var counter = arena.allocate(8, 8);
      while (!closed) {
        if (await()) {
          look(events, counter);
        }
        woken.set(false); // before the look at the tasks: who adds one now wakes us again
        runTasks();
        runTimers();
      }
      ownEvent = null;
    }
    pipes.close();
    if (ring != null) {
      ring.close();
    }
  }

  private long timeoutNanos() {
    return tasks.isEmpty() ? timers.leftNanos() : 0;
  }

  private static int millis(long nanos) {
    return nanos == Long.MAX_VALUE
        ? -1
        : (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
  }

  /** Runs so many tasks at most: one that comes again has to wait for what is ready. */
  private void runTasks() {
    for (int i = 0; i < BATCH; i++) {
      var task = tasks.poll();
      if (task == null) {
        return;
      }
      guarded(task);
    }
  }

  private void runTimers() {
    for (var task = timers.poll(); task != null; task = timers.poll()) {
      guarded(task);
    }
  }

  private static void guarded(Ready callback, int events) {
    try {
      callback.ready(events);
    } catch (Throwable t) {
      failed("callback", t);
    }
  }

  static void guarded(RingOp op, int result, int buffer) {
    try {
      op.done(result, buffer);
    } catch (Throwable t) {
      failed("completion", t);
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable t) {
      failed("task", t);
    }
  }

  /** A loop outlives what fails on it, and a logger that fails as well: for want of fds, it may. */
  private static void failed(String what, Throwable t) {
    try {
      log.warn("an event loop's {} failed", what, t);
    } catch (Throwable _) {
      // There is nobody to tell.
    }
  }

  /** Ends the thread and closes the loop's own descriptors; not those that were registered. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    wake();
    if (Thread.currentThread() != thread) {
      boolean interrupted = false;
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    epoll.close();
    wakeUp.close();
  }
}
