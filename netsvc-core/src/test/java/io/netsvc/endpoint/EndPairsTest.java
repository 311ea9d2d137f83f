package io.netsvc.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every end with every other: all bytes both ways, whichever side ends its stream first. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndPairsTest {
  private static final int SIZE = (1 << 20) + 37;

  @TempDir private Path directory;

  static Stream<Arguments> pairs() {
    var pairs = new ArrayList<Arguments>();
    for (var first : FarEnd.Kind.values()) {
      for (var second : FarEnd.Kind.values()) {
        pairs.add(Arguments.of(first, second, true));
        pairs.add(Arguments.of(first, second, false));
      }
    }
    return pairs.stream();
  }

  @ParameterizedTest(name = "{0} with {1}, the first ends first: {2}")
  @MethodSource("pairs")
  void pair_movesAllBothWays(FarEnd.Kind first, FarEnd.Kind second, boolean firstEndsFirst)
      throws Exception {
    first.needs();
    second.needs();
    try (var a = FarEnd.open(first, directory.resolve("a"));
        var b = FarEnd.open(second, directory.resolve("b"));
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var opened = executor.submit(() -> Relay.between(a.end().open(), b.end().open()));
      var nearFirst = executor.submit(a::far);
      var nearSecond = executor.submit(b::far);
      var relay = opened.get(20, TimeUnit.SECONDS);
      var x = nearFirst.get(20, TimeUnit.SECONDS);
      var y = nearSecond.get(20, TimeUnit.SECONDS);
      var there = random(1);
      var back = random(2);
      var early = firstEndsFirst ? x : y;
      var late = firstEndsFirst ? y : x;
      var written = executor.submit(writing(early, there));
      var answered =
          executor.submit(
              () -> {
                write(late, back); // while the other direction is full, too
                var read = readAll(late);
                late.shutdownOutput(); // only now: a reply to what has ended
                return read;
              });
      var read = executor.submit(() -> readAll(early));
      written.get(30, TimeUnit.SECONDS);
      assertThat(answered.get(30, TimeUnit.SECONDS)).isEqualTo(there);
      assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(back);
      var outcome = relay.await(Duration.ofSeconds(20)).orElseThrow();
      assertThat(outcome.cause()).as("%s", outcome).isEqualTo(Outcome.Cause.EOF);
      assertThat(List.of(outcome.forward(), outcome.backward())).containsOnly((long) SIZE);
    }
  }

  private static byte[] random(long seed) {
    var bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Callable<Void> writing(Connection connection, byte[] bytes) {
    return () -> {
      write(connection, bytes);
      connection.shutdownOutput();
      return null;
    };
  }

  private static void write(Connection connection, byte[] bytes) throws IOException {
    var buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      connection.write(buffer);
    }
  }

  private static byte[] readAll(Connection connection) throws IOException {
    var all = ByteBuffer.allocate(2 * SIZE);
    while (connection.read(all) >= 0) {
      assertThat(all.hasRemaining()).as("no more than was sent").isTrue();
    }
    var bytes = new byte[all.flip().remaining()];
    all.get(bytes);
    return bytes;
  }
}
