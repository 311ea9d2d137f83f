package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ManualTest {
  @TempDir private Path directory;

  private static String run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  @Test
  void everyCommand_hasAPageWithItsOptions() throws Exception {
    Manual.write(directory);
    for (var command : Main.commandLine().getSubcommands().entrySet()) {
      var page = Files.readString(directory.resolve("netsvc-" + command.getKey() + ".1"));
      for (var option : command.getValue().getCommandSpec().options()) {
        assertThat(page).contains(option.longestName().replace("-", "\\-"));
      }
    }
  }

  @Test
  void pages_areRightForGroff() throws Exception {
    boolean there = Files.isExecutable(Path.of("/usr/bin/groff"));
    assertThat(there || !Boolean.getBoolean("netsvc.require")).as("groff").isTrue();
    assumeTrue(there, "no groff");
    Manual.write(directory);
    for (var name : List.of("netsvc", "netsvc-nc", "netsvc-relay", "netsvc-inetd", "netsvc-ss")) {
      var page = directory.resolve(name + ".1").toString();
      assertThat(run("groff", "-man", "-ww", "-z", "-Tascii", page)).isEmpty();
    }
    assertThat(run("groff", "-man", "-Tascii", "-P-cbou", directory.resolve("netsvc-nc.1").toString()))
        .contains("--ssl-verify")
        .contains("That is its certificate and its name.");
  }

  @Test
  void completion_isReadByBash() throws Exception {
    Manual.write(directory);
    var script = directory.resolve("netsvc.bash");
    assertThat(
            run("bash", "-c", ". '" + script + "'; complete -p netsvc; "
                + "COMP_WORDS=(netsvc re); COMP_CWORD=1; _complete_netsvc; echo ${COMPREPLY[@]}"))
        .contains("-F _complete_netsvc")
        .endsWith("relay\n");
  }
}
