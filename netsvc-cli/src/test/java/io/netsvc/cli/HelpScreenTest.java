package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(30)
final class HelpScreenTest {
  private static CommandLine command(String name) {
    return Objects.requireNonNull(Main.commandLine(name).getSubcommands().get(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc", "ss", "relay", "inetd"})
  void help_fitsOnAScreen(String name) {
    var lines = command(name).getUsageMessage().lines().toList();
    assertThat(lines).hasSizeLessThanOrEqualTo(50).allMatch(line -> line.length() <= 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc", "ss", "relay", "inetd"})
  void help_hasEveryOptionInAGroup(String name) {
    var command = command(name);
    var help = command.getUsageMessage();
    for (var option : command.getCommandSpec().options()) {
      assertThat(help).contains(' ' + String.join(", ", option.names()));
    }
    assertThat(help).doesNotContain("Others:");
    for (var names : HelpGroups.of(name).orElseThrow().headings().values()) {
      for (var each : names.split(" ", -1)) {
        assertThat(command.getCommandSpec().findOption(each)).as(each).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc", "ss", "relay", "inetd"})
  void examples_areUnderstood(String name) {
    for (var example : HelpGroups.of(name).orElseThrow().examples()) {
      var words = example.replaceFirst("^netsvc ", "").replaceAll("'([^']*)'", "x").split(" ", -1);
      assertThatCode(() -> Main.commandLine(words).parseArgs(words)).doesNotThrowAnyException();
    }
  }
}
