package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The control socket of a running command, by the command that speaks to it. */
@Timeout(60)
class CtlCommandTest {
  @TempDir private Path directory;

  private final StringWriter log = new StringWriter();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path socket = Path.of("");
  private Path file = Path.of("");
  private int port;
  private Thread running = Thread.currentThread();

  @BeforeEach
  void start() throws Exception {
    socket = directory.resolve("ctl.sock");
    file = directory.resolve("inetd.conf");
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(file, entry("one"));
    var run =
        new InetdRun(
            new PrintWriter(log, true),
            file.toString(),
            () -> {
              try {
                return io.netsvc.inetd.config.InetdConfig.read(file);
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            Duration.ZERO,
            false);
    var failure = new AtomicReference<Throwable>();
    running =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (run) {
                    run.serve(
                        io.netsvc.inetd.config.InetdConfig.read(file), socket.toString(), java.util.List.of());
                  } catch (Exception e) {
                    failure.set(e);
                  }
                });
    var there = new CountDownLatch(1);
    for (int i = 0; i < 1000 && !Files.exists(socket); i++) {
      var _ = there.await(10, TimeUnit.MILLISECONDS); // it has no other sign of life
    }
    assertThat(failure.get()).isNull();
    assertThat(socket).exists();
  }

  @AfterEach
  void stop() throws Exception {
    running.interrupt();
    running.join();
    assertThat(socket).doesNotExist();
  }

  private String entry(String says) {
    return "127.0.0.1:" + port + " stream tcp nowait - /bin/echo echo " + says + '\n';
  }

  private int ctl(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new String[arguments.length + 3];
    all[0] = "ctl";
    all[1] = "--control";
    all[2] = socket.toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }

  private JsonNode json(String... arguments) throws Exception {
    var all = new String[arguments.length + 1];
    all[0] = "--json";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    assertThat(ctl(all)).as(err.toString()).isZero();
    return ControlSocket.JSON.readTree(out.toString());
  }

  private String ask() throws Exception {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private boolean refused() throws Exception {
    try {
      ask();
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  @Test
  void socket_isItsUsersAlone() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket))).isEqualTo("rw-------");
  }

  @Test
  void status_countsWhatWasServed() throws Exception {
    assertThat(ask()).isEqualTo("one\n");
    var service = json("status").path("services").path(0);
    assertThat(service.path("name").asText()).isEqualTo(port + "/tcp");
    assertThat(service.path("state").asText()).isEqualTo("listening");
    assertThat(service.path("accepted").asInt()).isEqualTo(1);
    assertThat(service.path("started").asInt()).isEqualTo(1);
    assertThat(service.path("listens").path(0).asText()).isEqualTo("127.0.0.1:" + port);
    assertThat(ctl("status")).isZero();
    assertThat(out.toString().lines().toList())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("SERVICE ");
  }

  @Test
  void stop_thenStart_refusesBetween() throws Exception {
    var name = port + "/tcp";
    assertThat(ctl("stop", name)).isZero();
    assertThat(refused()).isTrue();
    assertThat(json().path("services").path(0).path("state").asText()).isEqualTo("stopped");
    assertThat(ctl("reload")).isZero();
    assertThat(refused()).as("a reload starts nothing that was stopped").isTrue();
    assertThat(ctl("start", name)).isZero();
    assertThat(ask()).isEqualTo("one\n");
  }

  @Test
  void reload_saysWhatChanged() throws Exception {
    Files.writeString(file, entry("two"));
    assertThat(ctl("reload")).isZero();
    assertThat(out.toString()).isEqualTo("changed " + port + "/tcp [args]\n");
    assertThat(ask()).isEqualTo("two\n");
    Files.writeString(file, "127.0.0.1:" + port + " stream tcp nowait - /bin/nothing echo\n");
    assertThat(ctl("reload")).isEqualTo(1);
    assertThat(out.toString()).isEqualTo("kept " + port + "/tcp\n");
    assertThat(err.toString()).contains(":1:").contains("error: no such program");
    assertThat(ask()).isEqualTo("two\n");
    Files.delete(file);
    assertThat(ctl("reload")).isEqualTo(1);
    assertThat(ask()).isEqualTo("two\n");
  }

  @Test
  void kill_endsWhatRuns() throws Exception {
    Files.writeString(file, "127.0.0.1:" + port + " stream tcp nowait - /bin/cat cat\n");
    assertThat(ctl("reload")).isZero();
    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.getOutputStream().write('x');
      assertThat(client.getInputStream().read()).isEqualTo('x');
      assertThat(ctl("kill", port + "/tcp")).isZero();
      assertThat(out.toString()).isEqualTo("killed 1\n");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void unknown_isOneLine() {
    assertThat(ctl("stop", "nothing/tcp")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("netsvc: no service \"nothing/tcp\"\n");
    assertThat(ctl("stopp")).isEqualTo(2);
    assertThat(err.toString()).startsWith("netsvc: read \"stopp\", expected status, reload,");
    assertThat(ctl("stop")).isEqualTo(2);
    assertThat(err.toString()).startsWith("netsvc: stop needs a SERVICE");
  }

  @Test
  void nobodyThere_isOneLine() {
    var nowhere = directory.resolve("nobody");
    int status =
        Main.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("ctl", "--control", nowhere.toString());
    assertThat(status).isEqualTo(2);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("netsvc: no inetd answers, --control PATH names another place: connect " + nowhere);
  }
}
