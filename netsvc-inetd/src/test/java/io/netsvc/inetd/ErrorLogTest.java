package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.Dialect;
import io.netsvc.inetd.config.InetdConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real programs write to fd 2, in the log. */
@Timeout(60)
class ErrorLogTest {
  private static final Pattern LEFT_OUT = Pattern.compile(" ([0-9]+) lines left out");

  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  /** Starts a server whose one service runs a shell script with fd 2 in the log. */
  private InetdServer serve(String waits, String script) throws Exception {
    var file = Programs.script(directory.resolve("script"), script);
    var text =
        "127.0.0.1:%d on protocol = tcp, wait = %s, user = -, stderr = log, exec = %s;\n"
            .formatted(port, waits, file);
    var server = InetdServer.start(InetdConfig.parse("c", text));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  private static List<String> messages(Log log) {
    return log.text()
        .lines()
        .filter(line -> line.contains(" stderr service="))
        .map(line -> line.replaceAll(".* INFO .* - stderr service=([^ ]+) pid=[0-9]+ message=", ""))
        .toList();
  }

  @Test
  void nowait_lines_areLoggedWithServiceAndPid() throws Exception {
    try (var log = new Log();
        var server = serve("no", "echo $$; echo one >&2; printf 'two\\033[31m\\n\\nlast' >&2\n")) {
      var pid = ask(port, "").strip();
      Programs.await("three lines", () -> messages(log).size() == 3);
      assertThat(messages(log)).containsExactly("\"one\"", "\"two?[31m\"", "\"last\"");
      assertThat(log.text()).contains("stderr service=" + server.services().getFirst().name() + " pid=" + pid + " message=\"one\"");
    }
  }

  @Test
  void wait_lines_areLogged() throws Exception {
    Programs.require("/usr/bin/perl");
    var accepts = "exec perl -e 'open(S,\"+<&=0\");accept(C,S);print{*C}\"x\";print STDERR \"served\\n\"'\n";
    try (var log = new Log();
        var _ = serve("yes", accepts)) {
      assertThat(ask(port, "")).isEqualTo("x");
      Programs.await("the line", () -> messages(log).equals(List.of("\"served\"")));
    }
  }

  @Test
  void kept_lines_areLogged() throws Exception {
    var file = Programs.script(directory.resolve("script"), "echo kept >&2\nexec sleep 60\n");
    var text =
        "127.0.0.1:%d on protocol = tcp, wait = yes, keep = yes, user = -, stderr = log, exec = %s;\n"
            .formatted(port, file);
    try (var log = new Log();
        var server = InetdServer.start(InetdConfig.parse("c", text))) {
      assertThat(server.diagnostics()).isEmpty();
      Programs.await("the line", () -> messages(log).equals(List.of("\"kept\"")));
    }
  }

  @Test
  void systemd_bothOutputs_areLogged() throws Exception {
    var file = Programs.script(directory.resolve("script"), "echo out\necho err >&2\necho answer >&3\n");
    var unit =
        "# a.socket\n[Socket]\nListenStream=127.0.0.1:%d\nAccept=yes\n# a@.service\n[Service]\nExecStart=%s\n"
            .formatted(port, file);
    try (var log = new Log();
        var _ = InetdServer.start(InetdConfig.parse("a.socket", unit, Dialect.SYSTEMD))) {
      assertThat(ask(port, "")).isEqualTo("answer\n");
      Programs.await("both", () -> messages(log).equals(List.of("\"out\"", "\"err\"")));
    }
  }

  @Test
  void flood_isCountedAndHoldsNobodyUp() throws Exception {
    try (var log = new Log();
        var _ = serve("no", "seq 50000 >&2\necho done\n")) {
      assertThat(ask(port, "")).as("the program went on").isEqualTo("done\n");
      Programs.await("all counted", () -> logged(log) + leftOut(log) == 50_000);
      assertThat(logged(log)).isBetween((long) ErrorLog.MOST, 49_000L);
      assertThat(messages(log)).startsWith("\"1\"", "\"2\"");
    }
  }

  private static long logged(Log log) {
    return messages(log).stream().filter(message -> message.startsWith("\"")).count();
  }

  private static long leftOut(Log log) {
    return LEFT_OUT.matcher(log.text()).results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
  }

  @Test
  void close_grandchildHoldsThePipe_logsWhatThereIsAndReturns() throws Exception {
    var before = pipes();
    long grandchild;
    try (var log = new Log()) {
      try (var _ = serve("no", "sleep 60 <&- >&- &\necho $!\nprintf unended >&2\n");
          var client = connect(port)) {
        var line = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        grandchild = Long.parseLong(line.readLine());
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(messages(log)).containsExactly("\"unended\"");
      assertThat(ProcessHandle.of(grandchild)).get().matches(ProcessHandle::isAlive);
      assertThat(pipes()).isEqualTo(before);
      assertThat(ProcessHandle.of(grandchild).orElseThrow().destroyForcibly()).isTrue();
    }
  }

  /** Returns the pipes that this JVM has open. */
  private static Set<String> pipes() throws Exception {
    var found = new HashSet<String>();
    try (var fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (var fd : fds) {
        try {
          found.add(Files.readSymbolicLink(fd).toString());
        } catch (IOException _) {
          // The directory's own.
        }
      }
    }
    found.removeIf(target -> !target.startsWith("pipe:"));
    return found;
  }
}
