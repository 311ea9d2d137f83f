package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Output that comes to a listener. */
@Timeout(30)
class SpawnOutputTest {

  private static final class Heard implements OutputListener {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public void written(ByteBuffer written) {
      var copy = new byte[written.remaining()];
      written.get(copy);
      bytes.writeBytes(copy);
      begun.countDown();
    }

    @Override
    public void ended() {
      ended.countDown();
    }

    String text() throws InterruptedException {
      assertThat(ended.await(20, TimeUnit.SECONDS)).as("its end").isTrue();
      return bytes.toString(StandardCharsets.US_ASCII);
    }
  }

  private static SpawnedProcess start(String script, ChildFd out, ChildFd err) throws Exception {
    return Child.spawner(o -> o, script).spawn(ChildFd.devNull(), out, err);
  }

  @Test
  void onOutput_programWrites_isHeardToItsEnd() throws Exception {
    var heard = new Heard();
    var process = start("echo out; echo err >&2; head -c 300000 /dev/zero >&2", ChildFd.devNull(), ChildFd.pipe());
    var _ = process.onOutput(2, heard);
    assertThat(heard.text()).hasSize(300_004).startsWith("err\n");
    assertThat(process.awaitExit().success()).isTrue();
  }

  @Test
  void onOutput_onePipeForBoth_isOutput() throws Exception {
    var heard = new Heard();
    var both = ChildFd.pipe();
    var _ = start("echo out; echo err >&2", both, both).onOutput(1, heard);
    assertThat(heard.text()).isEqualTo("out\nerr\n");
  }

  @Test
  void onOutput_programEndedBefore_isStillHeard() throws Exception {
    var process = start("printf last >&2", ChildFd.devNull(), ChildFd.pipe());
    var _ = process.awaitExit();
    var heard = new Heard();
    var _ = process.onOutput(2, heard);
    assertThat(heard.text()).isEqualTo("last");
  }

  @Test
  void onOutput_grandchildHoldsThePipe_endsWhenToldTo() throws Exception {
    var heard = new Heard();
    var process = start("sleep 60 & echo $! >&2", ChildFd.devNull(), ChildFd.pipe());
    var end = process.onOutput(2, heard);
    var _ = process.awaitExit();
    assertThat(heard.begun.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(heard.ended.getCount()).as("not ended").isEqualTo(1);
    end.run();
    long grandchild = Long.parseLong(heard.text().strip());
    end.run();
    assertThat(ProcessHandle.of(grandchild).orElseThrow().destroyForcibly()).isTrue();
  }

  @Test
  void onOutput_noPipe_isRefused() throws Exception {
    var process = start("exit 0", ChildFd.devNull(), ChildFd.devNull());
    assertThatThrownBy(() -> process.onOutput(2, new Heard()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("fd 2 is not a pipe");
    assertThatThrownBy(() -> process.onOutput(0, new Heard())).isInstanceOf(IllegalArgumentException.class);
    var _ = process.awaitExit();
  }

  @Test
  void onOutput_manyPrograms_leakNoFd() throws Exception {
    long before = 0;
    for (int i = 0; i < 30; i++) {
      var heard = new Heard();
      var process = start("echo x >&2", ChildFd.devNull(), ChildFd.pipe());
      var _ = process.onOutput(2, heard);
      assertThat(heard.text()).isEqualTo("x\n");
      var _ = process.awaitExit();
      before = i == 9 ? fds() : before;
    }
    assertThat(fds()).isLessThanOrEqualTo(before);
  }

  private static long fds() throws Exception {
    try (var all = java.nio.file.Files.list(java.nio.file.Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
