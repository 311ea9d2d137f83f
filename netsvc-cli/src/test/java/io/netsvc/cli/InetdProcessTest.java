package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.process.ExitStatus;
import io.netsvc.process.SpawnedProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command in a JVM of its own, with real signals. */
@Timeout(120)
class InetdProcessTest {
  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  @TempDir private Path directory;

  private InetdProcess inetd = new InetdProcess(Path.of(""));
  private Path file = Path.of("");
  private int port;

  @BeforeEach
  void name() throws Exception {
    inetd = new InetdProcess(directory);
    file = inetd.file();
    port = InetdProcess.freePort();
  }

  @AfterEach
  void kill() throws Exception {
    inetd.kill();
  }

  private SpawnedProcess process() {
    return inetd.process();
  }

  private void start(String config, String... options) throws Exception {
    inetd.start(config, options);
  }

  private String log() throws Exception {
    return inetd.log();
  }

  private void awaitLog(String text) throws Exception {
    inetd.awaitLog(text);
  }

  private Socket connect() throws Exception {
    var client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(20_000);
    return client;
  }

  private static String line(Socket client) throws Exception {
    var in = new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII);
    return new BufferedReader(in).readLine();
  }

  private String service(String program) {
    return "127.0.0.1:" + port + " stream tcp nowait - " + program + '\n';
  }

  private void assertExit0() throws Exception {
    assertThat(process().awaitExit(Duration.ofSeconds(30)))
        .get()
        .isInstanceOfSatisfying(ExitStatus.Exited.class, exit -> assertThat(exit.code()).isZero());
  }

  @Test
  void sigterm_whileAProgramRuns_endsItAndExits0() throws Exception {
    start(service("/bin/sh sh -c \"echo $$; exec cat\""));
    assertThat(log().lines())
        .singleElement()
        .asString()
        .matches("[-0-9]+ [:0-9]+ INFO listening service=%1$d/tcp address=/127.0.0.1:%1$d".formatted(port));
    try (var client = connect()) {
      var pid = line(client);
      assertThat(Path.of("/proc", pid)).exists();
      process().signal(SIGTERM);
      assertExit0();
      assertThat(Path.of("/proc", pid)).doesNotExist();
    }
    assertThatThrownBy(this::connect)
        .isInstanceOf(ConnectException.class);
    assertThat(log()).contains("started service=").contains("netsvc: stopping").doesNotContain("Exception");
  }

  @Test
  void sigint_twice_endsTheGrace() throws Exception {
    start(service("/bin/cat"), "--grace", "600");
    try (var client = connect()) {
      client.getOutputStream().write('a');
      assertThat(client.getInputStream().read()).isEqualTo('a');
      process().signal(SIGINT);
      awaitLog("netsvc: stopping");
      client.getOutputStream().write('b'); // served on
      assertThat(client.getInputStream().read()).isEqualTo('b');
      process().signal(SIGINT);
      assertExit0();
      assertThat(log()).contains("netsvc: ended what still ran");
    }
  }

  @Test
  void sighup_changedBrokenAndMissingFile_reloadsWhatIsGood() throws Exception {
    start(service("/bin/echo echo one"));
    try (var client = connect()) {
      assertThat(line(client)).isEqualTo("one");
    }
    Files.writeString(file, service("/bin/echo echo two") + "nonsense\n");
    process().signal(SIGHUP);
    awaitLog("netsvc: reloaded " + file);
    assertThat(log()).contains(file + ":2:9: error: ");
    try (var client = connect()) {
      assertThat(line(client)).isEqualTo("two");
    }
    Files.delete(file);
    process().signal(SIGHUP);
    awaitLog("netsvc: " + file + ": No such file; nothing changed");
    try (var client = connect()) {
      assertThat(line(client)).isEqualTo("two");
    }
  }

  @Test
  void sighup_strict_refusesABrokenFile() throws Exception {
    start(service("/bin/echo echo one"), "--strict");
    Files.writeString(file, service("/bin/echo echo two") + "nonsense\n");
    process().signal(SIGHUP);
    awaitLog("netsvc: " + file + ": refused by --strict; nothing changed");
    try (var client = connect()) {
      assertThat(line(client)).isEqualTo("one");
    }
  }
}
