package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.process.ChildFd;
import io.netsvc.process.Jvm;
import io.netsvc.process.ProcessSpawner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pipes of a loop, as a user that has a quota of them. */
@Timeout(60)
class PipePoolTest {

  /** Beyond the quota every pipe that the user makes, in any program, would have 8 KiB. */
  @Test
  void borrow_byAPlainUser_endsBeforeItsOtherPipesShrink(@TempDir Path directory) throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "becoming nobody takes root");
    var command = new Jvm(directory).command(Program.class);
    var nobody =
        ProcessSpawner.of(
            Path.of(command.getFirst()), o -> o.withArguments(command).withUser("nobody"));
    var process = nobody.spawn(ChildFd.devNull(), ChildFd.pipe(), ChildFd.pipe());
    try (var out = process.stdout()) {
      assertThat(new String(out.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("80 pipes, 1048576 first, 65536 besides\n");
    } finally {
      process.awaitExit();
    }
  }

  /** What nobody does. */
  static final class Program {
    private static final int F_GETPIPE_SZ = 1032;

    private Program() {}

    public static void main(String[] arguments) throws IOException {
      var pool = new PipePool();
      var borrowed = new ArrayList<Pipes.Ends>();
      for (var pipe = pool.borrow(); pipe != null; pipe = pool.borrow()) {
        borrowed.add(pipe);
      }
      var besides = Pipes.open();
      System.out.println(
          borrowed.size()
              + " pipes, "
              + size(borrowed.getFirst())
              + " first, "
              + size(besides)
              + " besides");
    }

    private static int size(Pipes.Ends pipe) {
      return Syscalls.fcntl(pipe.read().number(), F_GETPIPE_SZ, 0);
    }
  }
}
