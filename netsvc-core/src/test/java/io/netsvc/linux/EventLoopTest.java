package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One loop, with pipes to watch. */
@Timeout(20)
class EventLoopTest {

  private static void put(Fd fd) {
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      assertThat(fd.write(arena.allocate(1), 1)).isEqualTo(1);
    }
  }

  @Test
  void register_thenData_callsOnTheLoopsThread() throws Exception {
    try (var loop = EventLoop.open("test-loop");
        var pipe = Pipe.open()) {
      var called = new SynchronousQueue<String>();
      var registration =
          loop.register(
              pipe.read(),
              EventLoop.IN,
              () -> called.offer(Thread.currentThread().getName()));
      put(pipe.write());
      assertThat(called.take()).isEqualTo("test-loop");
      registration.cancel();
    }
  }

  @Test
  void interestOnce_callsOnceUntilArmedAgain() throws Exception {
    try (var loop = EventLoop.open("test-loop");
        var pipe = Pipe.open()) {
      var calls = new AtomicInteger();
      var registration = loop.register(pipe.read(), 0, calls::incrementAndGet);
      put(pipe.write());
      for (int round = 1; round <= 3; round++) {
        registration.interestOnce(EventLoop.IN);
        int expected = round;
        while (calls.get() < expected) {
          Thread.onSpinWait();
        }
        roundTrip(loop);
        roundTrip(loop);
        assertThat(calls).hasValue(round);
      }
      registration.cancel();
    }
  }

  /** Returns when the loop has run a task that came after everything until now. */
  private static void roundTrip(EventLoop loop) throws InterruptedException {
    var ran = new CountDownLatch(1);
    loop.execute(ran::countDown);
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void register_forNothing_hangUpDoesNotKeepTheLoopBusy() throws Exception {
    try (var loop = EventLoop.open("test-loop");
        var pipe = Pipe.open()) {
      var calls = new AtomicInteger();
      var registration = loop.register(pipe.read(), 0, calls::incrementAndGet);
      pipe.write().close();
      for (int i = 0; i < 20; i++) {
        roundTrip(loop);
      }
      assertThat(calls).hasValueLessThanOrEqualTo(1);
      registration.cancel();
    }
  }

  @Test
  void callback_thatThrows_leavesTheLoopRunning() throws Exception {
    try (var loop = EventLoop.open("test-loop")) {
      loop.execute(
          () -> {
            throw new IllegalStateException("expected by the test");
          });
      roundTrip(loop);
    }
  }

  @Test
  void cancel_whileDataWaits_callsNoMore() throws Exception {
    try (var loop = EventLoop.open("test-loop");
        var pipe = Pipe.open()) {
      var calls = new AtomicInteger();
      var registration = loop.register(pipe.read(), 0, calls::incrementAndGet);
      put(pipe.write());
      registration.cancel();
      registration.cancel();
      roundTrip(loop);
      assertThat(calls).hasValue(0);
    }
  }

  @Test
  void close_leavesNoFdAndNoThread() throws Exception {
    EventLoop.open("warm-up").close();
    long before = Fds.count();
    for (int i = 0; i < 10; i++) {
      EventLoop.open("test-loop-" + i).close();
    }
    assertThat(Fds.count()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("test-loop-"));
  }

  /** Both ends of a pipe. */
  private record Pipe(Fd read, Fd write) implements AutoCloseable {
    static Pipe open() throws Exception {
      var ends = Pipes.open();
      return new Pipe(ends.read(), ends.write());
    }

    @Override
    public void close() {
      read.close();
      write.close();
    }
  }
}
