package io.netsvc.net;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of a listener that are not done with. All are accepted on one event loop, which
 * looks for room before each and takes it after: nobody is accepted for whom there is none.
 */
final class Admitted {
  private final Room room;
  private final Readiness readiness;
  private final AtomicInteger open = new AtomicInteger();

  Admitted(Room room, Readiness readiness) {
    this.room = room;
    this.readiness = readiness;
    room.join(readiness);
  }

  /** One connection's place, which whoever serves the connection gives back when done with it. */
  final class Place implements AutoCloseable {
    private final AtomicBoolean given = new AtomicBoolean();

    private Place() {}

    /** Gives the place back: idempotent, from any thread; after the connection's fds are closed. */
    @Override
    public void close() {
      if (given.compareAndSet(false, true)) {
        room.give();
        open.decrementAndGet(); // last: with none open, there is room
      }
    }
  }

  Place begin() {
    open.incrementAndGet();
    room.take();
    return new Place();
  }

  int open() {
    return open.get();
  }

  /** Accepts no more; places that are taken stay so. */
  void close() {
    room.leave(readiness);
  }
}
