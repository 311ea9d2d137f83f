package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpawnCodeTest {

  @Test
  void bytes_assembledListing_areTheSame(@TempDir Path directory) throws Exception {
    assumeTrue(SpawnCode.supported(), "x86-64 only");
    boolean tools = Files.isExecutable(Path.of("/usr/bin/as"));
    if (!tools && Boolean.getBoolean("netsvc.require")) {
      throw new AssertionError("needs as(1) and objcopy(1)");
    }
    assumeTrue(tools, "needs as(1) and objcopy(1)");
    var object = directory.resolve("spawn.o");
    var binary = directory.resolve("spawn.bin");
    run("as", "-o", object.toString(), "src/main/asm/spawn-x86_64.S");
    run("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString());
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(binary))).isEqualTo(SpawnCode.X86_64);
  }

  private static void run(String... command) throws Exception {
    var process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
