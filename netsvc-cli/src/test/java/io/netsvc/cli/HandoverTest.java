package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netsvc.net.DatagramPort;
import io.netsvc.process.ExitStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One process takes the sockets of another over, and neither loses a client. */
@Timeout(180)
class HandoverTest {
  private static final int SIGTERM = 15;
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private InetdProcess inetd = new InetdProcess(Path.of(""));
  private final List<Long> successors = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path control = Path.of("");
  private int port;

  @BeforeEach
  void name() throws Exception {
    inetd = new InetdProcess(directory);
    control = directory.resolve("control");
    port = InetdProcess.freePort();
  }

  @AfterEach
  void kill() throws Exception {
    inetd.kill();
    for (long pid : successors) {
      ProcessHandle.of(pid)
          .ifPresent(
              process -> {
                process.destroyForcibly();
                process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
              });
    }
  }

  private void start(String config, String... options) throws Exception {
    var all = new ArrayList<>(List.of("--control", control.toString()));
    all.addAll(List.of(options));
    inetd.start(config, all.toArray(String[]::new));
    awaitThat("the control socket", () -> Files.exists(control));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void awaitThat(String what, Condition condition) throws Exception {
    long deadlineNanos = System.nanoTime() + SOON.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime() - deadlineNanos).as("still not: %s", what).isNegative();
      Thread.sleep(10);
    }
  }

  private int ctl(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new ArrayList<>(List.of("ctl", "--json", "--control", control.toString()));
    all.addAll(List.of(arguments));
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private JsonNode answer(String... arguments) throws Exception {
    assertThat(ctl(arguments)).as("%s%n%s", err, inetd.log()).isZero();
    return ControlSocket.JSON.readTree(out.toString());
  }

  private long handOver() throws Exception {
    long pid = answer("handover").path("pid").asLong();
    successors.add(pid);
    return pid;
  }

  private JsonNode service(String name) throws Exception {
    return answer("status", name).path("services").path(0);
  }

  private Socket connect() throws IOException {
    var client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(20_000);
    return client;
  }

  private String ask() throws IOException {
    try (var client = connect()) {
      client.getOutputStream().write("?".getBytes(StandardCharsets.US_ASCII));
      client.shutdownOutput();
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private String nowait(String program) {
    return "127.0.0.1:" + port + " stream tcp nowait - " + program + '\n';
  }

  @Test
  void handover_threeTimesUnderLoad_losesNoClient() throws Exception {
    start(nowait("/bin/cat cat"));
    var over = new AtomicBoolean();
    var served = new AtomicInteger();
    List<Future<?>> clients;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      clients =
          List.of(
              threads.submit(() -> load(over, served)),
              threads.submit(() -> load(over, served)),
              threads.submit(() -> load(over, served)),
              threads.submit(() -> load(over, served)));
      try {
        for (int i = 0; i < 3; i++) {
          int before = served.get();
          long pid = handOver();
          assertThat(ProcessHandle.of(pid)).isPresent();
          awaitThat("served by the next", () -> served.get() > before + 200);
        }
      } finally {
        over.set(true);
      }
    }
    for (var client : clients) {
      client.get(); // or what it failed with
    }
    assertThat(inetd.process().awaitExit(SOON)).get().matches(ExitStatus::success);
    assertThat(ProcessHandle.of(successors.get(0)).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(service(port + "/tcp").path("failed").asInt()).isZero();
    assertThat(inetd.log()).doesNotContain("WARN").doesNotContain("Exception");
  }

  private Void load(AtomicBoolean over, AtomicInteger served) throws Exception {
    while (!over.get()) {
      assertThat(ask()).isEqualTo("?");
      served.incrementAndGet();
      Thread.sleep(4); // leaves a core to the JVMs
    }
    return null;
  }

  @Test
  void handover_whileAProgramRuns_itEndsInPeaceInTheOldProcess() throws Exception {
    start(nowait("/bin/cat cat"));
    try (var client = connect()) {
      client.getOutputStream().write('a');
      assertThat(client.getInputStream().read()).isEqualTo('a');
      long pid = handOver();
      assertThat(ask()).isEqualTo("?");
      client.getOutputStream().write('b');
      assertThat(client.getInputStream().read()).isEqualTo('b');
      assertThat(inetd.process().awaitExit(Duration.ZERO)).isEmpty();
      assertThat(service(port + "/tcp").path("running").asInt()).isZero(); // the new one answers
      assertThat(inetd.log()).contains("handed over to pid " + pid);
    }
    assertThat(inetd.process().awaitExit(SOON)).get().matches(ExitStatus::success);
  }

  @Test
  void handover_waitUnixKeptAndStopped_goOnAsTheyWere() throws Exception {
    var unix = directory.resolve("unix");
    var once = directory.resolve("once");
    var waits = InetdProcess.freePort();
    // A kept program that finds the one before still there says so.
    var kept =
        "set -e; echo $$ >>" + once + ".pids; mkdir " + once
            + " || echo two >>" + once + ".pids; trap \"rmdir " + once + "; exit 0\" TERM;"
            + " while :; do sleep 0.1; done";
    start(
        nowait("/bin/cat cat")
            + unix + " stream unix nowait - /bin/echo echo unix\n"
            + "127.0.0.1:" + waits + " stream tcp wait - /bin/sleep sleep 600\n"
            + "127.0.0.1:" + InetdProcess.freePort() + " stream tcp always - /bin/sh sh -c '" + kept + "'\n");
    awaitThat("kept", () -> Files.exists(once));
    answer("stop", port + "/tcp");
    try (var client = new Socket(InetAddress.getLoopbackAddress(), waits)) {
      awaitThat("waiting", () -> service(waits + "/tcp").path("running").asInt() == 1);
      handOver();
      assertThat(client.isConnected()).isTrue();
      assertThat(service(port + "/tcp").path("state").asText()).isEqualTo("stopped");
      assertThat(service(waits + "/tcp").path("state").asText()).isEqualTo("handed_over");
      assertThat(service(waits + "/tcp").path("started").asInt()).isZero();
      try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(unix))) {
        var buffer = ByteBuffer.allocate(9);
        assertThat(channel.read(buffer)).isEqualTo(5);
      }
      awaitThat("kept again", () -> Files.readAllLines(Path.of(once + ".pids")).size() == 2);
      assertThat(Files.readAllLines(Path.of(once + ".pids"))).doesNotContain("two");
      inetd.process().signal(SIGTERM); // ends the waiting program
      assertThat(inetd.process().awaitExit(SOON)).isPresent();
      awaitThat(
          "the next program has the socket",
          () -> service(waits + "/tcp").path("started").asInt() == 1);
    }
    ProcessHandle.of(successors.getLast()).orElseThrow().destroy();
    awaitThat("gone", () -> ProcessHandle.of(successors.getLast()).isEmpty());
    assertThat(unix).doesNotExist();
    assertThat(control).doesNotExist();
  }

  @Test
  void handover_withAnErrorInTheFile_changesNothing() throws Exception {
    start(nowait("/bin/cat cat"));
    Files.writeString(inetd.file(), nowait("/bin/cat cat") + "nonsense\n");
    assertThat(ctl("handover")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("netsvc: nothing changed, since a service would be lost: " + inetd.file() + ":2:9: error: ");
    assertThat(ask()).isEqualTo("?");
  }

  @Test
  void handover_toAProcessThatCannotServeAll_changesNothing() throws Exception {
    var unix = directory.resolve("unix");
    var good = nowait("/bin/cat cat") + unix + " stream unix nowait - /bin/echo echo unix\n";
    start(good);
    try (var busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(
          inetd.file(),
          good + "127.0.0.1:" + busy.getLocalPort() + " stream tcp nowait - /bin/cat cat\n");
      assertThat(ctl("handover")).isEqualTo(1);
      assertThat(err.toString()).contains("the new process does not serve: it has ended: ");
    }
    assertThat(inetd.log()).contains("a service would be lost: ");
    assertThat(ask()).isEqualTo("?");
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(unix))) {
      assertThat(channel.read(ByteBuffer.allocate(9))).isEqualTo(5);
    }
    assertThat(service(port + "/tcp").path("state").asText()).isEqualTo("listening");
    handOver(); // now that nothing is in the way
    assertThat(ask()).isEqualTo("?");
  }

  @Test
  void sigterm_duringAHandover_endsBoth() throws Exception {
    start(nowait("/bin/cat cat"));
    try (var threads = Executors.newSingleThreadExecutor()) {
      var handingOver = threads.submit(() -> ctl("handover"));
      awaitThat("the new process", () -> ProcessHandle.of(inetd.process().pid()).orElseThrow().children().findAny().isPresent());
      var next = ProcessHandle.of(inetd.process().pid()).orElseThrow().children().findAny().orElseThrow();
      inetd.process().signal(SIGTERM);
      assertThat(inetd.process().awaitExit(SOON)).get().matches(ExitStatus::success);
      assertThat(next.isAlive()).isFalse();
      assertThat(handingOver.get()).isNotZero();
    }
    assertThat(control).doesNotExist();
  }

  @Test
  void supervisor_isToldOfTheStartTheReloadTheNextAndTheStop() throws Exception {
    var path = directory.resolve("notify");
    try (var supervisor = DatagramPort.open(UnixDomainSocketAddress.of(path))) {
      var messages = new ArrayList<String>();
      supervisor.onReadable(() -> take(supervisor, messages));
      inetd.environment.put("NOTIFY_SOCKET", path.toString());
      inetd.environment.put("WATCHDOG_USEC", "200000");
      start(nowait("/bin/cat cat"));
      awaitThat("ready", () -> says(messages, "READY=1") && says(messages, "WATCHDOG=1"));
      answer("reload");
      awaitThat("reloaded", () -> says(messages, "RELOADING=1\nMONOTONIC_USEC="));
      long pid = handOver();
      awaitThat("the next", () -> says(messages, "MAINPID=" + pid));
      ProcessHandle.of(pid).orElseThrow().destroy();
      awaitThat("stopping", () -> says(messages, "STOPPING=1"));
    }
  }

  private static void take(DatagramPort port, List<String> messages) {
    try {
      for (var next = port.poll(); next.isPresent(); next = port.poll()) {
        synchronized (messages) {
          messages.add(StandardCharsets.UTF_8.decode(next.get().data()).toString());
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean says(List<String> messages, String begin) {
    synchronized (messages) {
      return messages.stream().anyMatch(message -> message.startsWith(begin));
    }
  }

  @Test
  void activation_bySystemd_servesItsSocketByName() throws Exception {
    var systemd = Path.of("/usr/bin/systemd-socket-activate");
    assertThat(Files.isExecutable(systemd) || !Boolean.getBoolean("netsvc.require")).isTrue();
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.isExecutable(systemd), "no " + systemd);
    // Its port is not the one that systemd has opened: the name decides.
    Files.writeString(
        inetd.file(),
        """
        service sat
        {
          type = UNLISTED
          socket_type = stream
          protocol = tcp
          port = 1
          wait = no
          user = %s
          server = /bin/cat
        }
        """.formatted(System.getProperty("user.name")));
    var command = new ArrayList<>(List.of(systemd.toString(), "-l", "127.0.0.1:" + port, "--fdname=sat"));
    command.addAll(InetdProcess.command("inetd", "--control", control.toString(), inetd.file().toString()));
    var log = directory.resolve("log");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      awaitThat("listening", () -> Files.readString(log).contains("Listening on 127.0.0.1:" + port));
      assertThat(ask()).as(inetd.log()).isEqualTo("?");
      awaitThat("the control socket", () -> Files.exists(control));
      answer("stop", "sat");
      answer("start", "sat"); // its opener has the address still
      assertThat(ask()).as(inetd.log()).isEqualTo("?");
      handOver();
      assertThat(ask()).as(inetd.log()).isEqualTo("?");
      assertThat(service("sat").path("listens").path(0).asText()).isEqualTo("127.0.0.1:" + port);
      awaitThat("the first has left", () -> !process.isAlive());
    } finally {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
