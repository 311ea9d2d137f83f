package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Jvm;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What blocks a virtual thread does not block its carrier: in a JVM with one carrier, all kinds of it
 * wait at the same time, and another virtual thread runs.
 */
@Timeout(60)
class PinningTest {

  @Test
  void whatBlocks_leavesTheCarrierFree(@TempDir Path directory) throws Exception {
    var command = new Jvm(directory).command(Program.class);
    command.addAll(
        1,
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Djdk.virtualThreadScheduler.maxPoolSize=1"));
    var expected = new ArrayList<String>();
    for (var on : Contract.values()) {
      expected.add(on + " left the carrier free");
    }
    expected.add("pinned: []");
    assertThat(Jvm.output(command).lines()).containsExactlyElementsOf(expected);
  }

  /** What runs there. */
  static final class Program {
    private static final int SOME = 9_000_000; // more than the kernel holds for a slow reader

    private Program() {}

    public static void main(String[] arguments) throws Exception {
      for (var on : Contract.values()) {
        blockAll(on); // loads the classes, which may pin
      }
      var pinned = new CopyOnWriteArrayList<RecordedEvent>();
      try (var stream = new RecordingStream()) {
        // Not what the JDK's own channels contend for: a moment, not as long as something blocks.
        stream.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ofMillis(20));
        stream.setReuse(false);
        stream.onEvent("jdk.VirtualThreadPinned", pinned::add);
        stream.startAsync();
        for (var on : Contract.values()) {
          blockAll(on);
          System.out.println(on + " left the carrier free");
        }
        stream.stop();
      }
      System.out.println("pinned: " + pinned);
      System.exit(0);
    }

    private static void blockAll(Contract on) throws Exception {
      var tasks = new ArrayList<FutureTask<?>>();
      var threads = new ArrayList<Thread>();
      try (var listener = on.listen();
          var idle = on.listen();
          var served = on.listen();
          var blackhole = new Blackhole(on.address());
          var reader = on.connector(o -> o).connect(listener.localAddress());
          var writer = listener.accept()) {
        served.serve(connection -> connection.read(ByteBuffer.allocate(1)));
        try (var client = on.connector(o -> o).connect(served.localAddress())) {
          var bytes = ByteBuffer.allocate(SOME);
          start(tasks, threads, idle::accept);
          start(tasks, threads, () -> writer.read(ByteBuffer.allocate(1)));
          start(tasks, threads, () -> writer.write(bytes));
          start(tasks, threads, () -> on.connector(o -> o).connect(blackhole.address()));
          Contract.await("blocked", () -> threads.stream().allMatch(Program::parked));
          run(() -> "a thread more");
          if (tasks.stream().anyMatch(FutureTask::isDone)) {
            throw new AssertionError("some did not block: " + tasks);
          }
          run(() -> closed(on.connector(o -> o).connect(idle.localAddress())));
          run(() -> reader.write(ByteBuffer.allocate(1)));
          run(() -> drained(reader));
          threads.removeLast().interrupt();
          var connecting = tasks.removeLast();
          interrupted(connecting);
          for (var task : tasks) {
            task.get(10, TimeUnit.SECONDS);
          }
          ((Connection) tasks.getFirst().get()).close();
          client.shutdownOutput();
        }
      }
    }

    private static void interrupted(FutureTask<?> task) throws Exception {
      try {
        throw new AssertionError("ended with " + task.get(10, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof InterruptedException)) {
          throw e;
        }
      }
    }

    private static Object closed(Connection connection) {
      connection.close();
      return connection;
    }

    private static boolean parked(Thread thread) {
      return switch (thread.getState()) {
        case WAITING, TIMED_WAITING -> true;
        default -> false;
      };
    }

    private static Object drained(Connection from) throws Exception {
      var buffer = ByteBuffer.allocate(64 * 1024);
      int left = SOME;
      while (left > 0) {
        left -= from.read(buffer.clear());
      }
      return left;
    }

    private static void start(
        List<FutureTask<?>> tasks, List<Thread> threads, Callable<?> callable) {
      var task = new FutureTask<>(callable);
      tasks.add(task);
      threads.add(Thread.ofVirtual().start(task));
    }

    private static void run(Callable<?> callable) throws Exception {
      var task = new FutureTask<>(callable);
      Thread.ofVirtual().start(task);
      task.get(10, TimeUnit.SECONDS);
    }
  }
}
