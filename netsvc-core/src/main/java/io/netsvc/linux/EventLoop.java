package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread over one epoll(7) instance, level-triggered. Callbacks run on that thread and
 * must not block; one that throws is logged and the loop goes on. Registering and cancelling may
 * come from any thread.
 */
public final class EventLoop implements AutoCloseable {
  /** Readable, or the peer closed. */
  public static final int IN = 1;

  /** Writable. */
  public static final int OUT = 4;

  private static final int ONESHOT = 1 << 30;
  private static final int ADD = 1;
  private static final int DEL = 2;
  private static final int MOD = 3;
  private static final int CLOEXEC = 0x80000;
  private static final int BATCH = 256;
  private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

  /** struct epoll_event is packed on x86-64 only. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final int DATA_OFFSET = PACKED ? 4 : 8;

  private final Fd epoll;
  private final Fd wakeUp;
  private final ConcurrentMap<Long, Registration> registrations = new ConcurrentHashMap<>();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicLong ids = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  private EventLoop(String name) throws IOException {
    epoll = Fd.opened("epoll_create1", Syscalls.epollCreate(CLOEXEC));
    Fd event = null;
    try {
      event = Fd.opened("eventfd", Syscalls.eventfd(0, CLOEXEC | Fd.O_NONBLOCK));
      wakeUp = event;
      control(ADD, wakeUp.number(), IN, 0);
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
    loop.thread.start();
    return loop;
  }

  /** One fd that the loop watches. */
  public final class Registration {
    private final long id = ids.incrementAndGet();
    private final Fd fd;
    private final Runnable ready;
    private volatile boolean cancelled;

    private Registration(Fd fd, Runnable ready) {
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
        registrations.remove(id);
        Syscalls.epollCtl(epoll.number(), DEL, fd.number(), MemorySegment.NULL);
      }
    }
  }

  /** Starts to watch an fd for events (0: not yet); {@code ready} runs on the loop's thread. */
  public Registration register(Fd fd, int events, Runnable ready) throws IOException {
    var registration = new Registration(fd, ready);
    registrations.put(registration.id, registration);
    try {
      control(ADD, fd.number(), events, registration.id);
    } catch (IOException e) {
      registrations.remove(registration.id);
      throw e;
    }
    return registration;
  }

  /** Runs a task on the loop's thread. */
  public void execute(Runnable task) {
    tasks.add(task);
    wake();
  }

  private void wake() {
    try (var arena = Arena.ofConfined()) {
      Syscalls.write(wakeUp.number(), arena.allocateFrom(ValueLayout.JAVA_LONG, 1), 8);
    }
  }

  private void control(int operation, int fd, int events, long id) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var event = arena.allocate(EVENT_SIZE, 8);
      // A hang-up is reported even to those who watch for nothing: then once is enough.
      event.set(ValueLayout.JAVA_INT, 0, events == 0 ? ONESHOT : events);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET, id);
      int result = Syscalls.epollCtl(epoll.number(), operation, fd, event);
      if (result < 0) {
        throw new LinuxException("epoll_ctl", -result);
      }
    }
  }

  private void run() {
    try (var arena = Arena.ofConfined()) {
      var events = arena.allocate((long) BATCH * EVENT_SIZE, 8);
      var counter = arena.allocate(8, 8);
      while (!closed) {
        int n = Syscalls.epollWait(epoll.number(), events, BATCH, -1);
        for (int i = 0; i < n; i++) {
          long id =
              events.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) i * EVENT_SIZE + DATA_OFFSET);
          if (id == 0) {
            wakeUp.read(counter, 8);
            continue;
          }
          var registration = registrations.get(id);
          if (registration != null && !registration.cancelled) {
            guarded(registration.ready);
          }
        }
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
          guarded(task);
        }
      }
    }
  }

  private static void guarded(Runnable callback) {
    try {
      callback.run();
    } catch (Throwable t) {
      log.warn("an event-loop callback failed", t);
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
