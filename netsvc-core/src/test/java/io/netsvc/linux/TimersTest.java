package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers against a sorted map, in any order of adding and taking back. */
@Timeout(30)
class TimersTest {

  @Test
  void poll_afterAddsAndCancelsInAnyOrder_givesTheRestByTheirDeadlines() {
    long seed = Long.getLong("netsvc.seed", new Random().nextLong());
    var random = new Random(seed);
    for (int run = 0; run < 500; run++) {
      var timers = new Timers();
      var expected = new TreeMap<Long, Timers.Timer>();
      var ran = new ArrayList<Long>();
      long past = System.nanoTime() - 1_000_000_000;
      for (int i = 0; i < 200; i++) {
        if (random.nextInt(3) > 0 || expected.isEmpty()) {
          long deadline = past + random.nextInt(100_000);
          if (!expected.containsKey(deadline)) {
            expected.put(deadline, timers.add(() -> ran.add(deadline), deadline));
          }
        } else {
          var deadline = new ArrayList<>(expected.keySet()).get(random.nextInt(expected.size()));
          var timer = Objects.requireNonNull(expected.remove(deadline));
          timers.cancel(timer);
          timers.cancel(timer); // for naught
        }
      }
      for (var task = timers.poll(); task != null; task = timers.poll()) {
        task.run();
      }
      assertThat(ran).as("seed %d", seed).isEqualTo(List.copyOf(expected.keySet()));
      assertThat(timers.leftNanos()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void poll_beforeTheTime_givesNothing() {
    var timers = new Timers();
    timers.add(() -> {}, System.nanoTime() + 3_600_000_000_000L);
    assertThat(timers.poll()).isNull();
    assertThat(timers.leftNanos()).isBetween(3_000_000_000_000L, 3_600_000_000_000L);
  }
}
