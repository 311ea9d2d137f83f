package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.process.ChildFd;
import io.netsvc.process.Jvm;
import io.netsvc.process.ProcessSpawner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that a service manager starts with sockets: sd_listen_fds(3). */
@Timeout(60)
class ActivationTest {
  private static final SocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private Path directory;

  private Jvm jvm() throws Exception {
    return new Jvm(Files.createTempDirectory(directory, "jvm"));
  }

  /** Starts a JVM that is given sockets, and returns what it writes until it ends. */
  private String run(String what, List<String> names, List<String> options, ChildFd... passed)
      throws Exception {
    var command = jvm().command(Program.class, what);
    command.addAll(1, options);
    var output = ChildFd.pipe();
    var spawner =
        ProcessSpawner.of(
            Path.of(command.getFirst()),
            o -> o.withArguments(command).withPassedFds(names));
    var process = spawner.spawn(ChildFd.devNull(), output, output, passed);
    try (var stream = process.stdout()) {
      var text = new String(stream.readAllBytes(), UTF_8);
      assertThat(process.awaitExit().success()).as(text).isTrue();
      return text;
    }
  }

  @Test
  void inherited_whatASpawnerPassed_isServedAndNotTheDatagrams() throws Exception {
    var path = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (var web = Contract.LINUX_IPV4.listen(LOOPBACK, o -> o);
        var unix = Contract.LINUX_UNIX.listen(path, o -> o);
        var dns = Contract.LINUX_IPV4.port();
        var client = SocketChannel.open(web.localAddress());
        var unixClient = SocketChannel.open(path)) {
      var output =
          run(
              "serve",
              List.of("web", "dns", "web"),
              List.of(),
              ChildFd.of(web),
              ChildFd.of(dns),
              ChildFd.of(unix));
      assertThat(output.lines())
          .filteredOn(line -> !line.startsWith("["))
          .containsExactly(
              "listener " + web.localAddress(), "listener " + path, "again 0", "close-on-exec 3");
      assertThat(output).contains("not a listener fd=4 name=dns it is=a datagram socket");
      for (var each : List.of(client, unixClient)) {
        var buffer = ByteBuffer.allocate(9);
        assertThat(each.read(buffer)).isEqualTo(5);
        assertThat(UTF_8.decode(buffer.flip()).toString()).isEqualTo("hello");
      }
      assertThat(path.getPath()).exists(); // it is ours, and we listen on
      try (var _ = SocketChannel.open(path);
          var connection = unix.accept()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
  }

  @Test
  void inherited_byName_isThoseOfTheNameOrSaysWhatItIs() throws Exception {
    try (var one = Contract.LINUX_IPV4.listen(LOOPBACK, o -> o);
        var two = Contract.LINUX_IPV6.listen();
        var dns = Contract.LINUX_IPV4.port()) {
      var output =
          run(
              "names",
              List.of("one", "two", "dns"),
              List.of(),
              ChildFd.of(one),
              ChildFd.of(two),
              ChildFd.of(dns));
      assertThat(output.lines())
          .containsExactly(
              "two [listener " + two.localAddress() + "]",
              "two []",
              "three []",
              "dns inherited fd 5 \"dns\": a datagram socket, not a listener",
              "one [listener " + one.localAddress() + "]");
    }
  }

  @Test
  void inherited_withNio_saysWhatItNeeds() throws Exception {
    try (var one = Contract.LINUX_IPV4.listen(LOOPBACK, o -> o)) {
      assertThat(
              run("all", List.of("one"), List.of("-Dio.netsvc.transport=nio"), ChildFd.of(one)))
          .startsWith("a socket that was passed, fd 3 \"one\", needs the linux transport: ");
    }
    assertThat(run("all", List.of(), List.of("-Dio.netsvc.transport=nio"))).isEqualTo("[]\n");
  }

  @Test
  void inherited_whatIsNotOpenOrForAnother_isSaidOrNone() throws Exception {
    var all = jvm().command(Program.class, "all");
    assertThat(Jvm.output(env(all, "LISTEN_FDS=1", "LISTEN_PID=1"))).isEqualTo("[]\n");
    assertThat(Jvm.output(env(all, "LISTEN_FDS=900", "LISTEN_PID=$$")))
        .matches("fd [0-9]+: Bad file descriptor \\(EBADF\\)\n");
  }

  @Test
  void takeAll_eachSocket_isServedAgainAndAgain() throws Exception {
    try (var web = Contract.LINUX_IPV4.listen(LOOPBACK, o -> o);
        var six = Contract.LINUX_IPV6.listen(new InetSocketAddress(InetAddress.ofLiteral("::"), 0), o -> o.withDualStack(true));
        var dns = Contract.LINUX_IPV4.port();
        var client = SocketChannel.open(web.localAddress())) {
      var output =
          run(
              "sockets",
              List.of("web", "six", "dns"),
              List.of(),
              ChildFd.shared(web),
              ChildFd.shared(six),
              ChildFd.shared(dns));
      assertThat(output.lines())
          .containsExactly(
              "listener \"web\" " + web.localAddress() + " dual false",
              "listener \"six\" " + six.localAddress() + " dual true",
              "datagram socket \"dns\" " + dns.localAddress() + " dual false",
              "datagram of its own",
              "again []");
      var buffer = ByteBuffer.allocate(9);
      assertThat(client.read(buffer)).isEqualTo(5);
    }
  }

  @Test
  void attach_thenClose_removesTheFileThatItsOpenerLeft() throws Exception {
    var path = directory.resolve("s");
    var listener = Contract.LINUX_UNIX.listen(UnixDomainSocketAddress.of(path), o -> o);
    var shared = ChildFd.shared(listener);
    assertThat(run("keep", List.of("s"), List.of(), shared)).isEmpty();
    assertThat(path).exists();
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(listener.accept().isOpen()).as("ours is as it was").isTrue();
    }
    assertThat(run("remove", List.of("s"), List.of(), shared)).isEmpty();
    assertThat(path).doesNotExist();
    listener.close();
  }

  @Test
  void detach_aUnixListener_leavesItsFileAndItsClients() throws Exception {
    var path = directory.resolve("s");
    var listener = Contract.LINUX_UNIX.listen(UnixDomainSocketAddress.of(path), o -> o);
    try (var other = listener.share();
        var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      listener.detach();
      assertThat(path).exists();
      try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        assertThat(client.isConnected()).isTrue();
      }
      assertThat(other.isClosed()).isFalse();
    }
    assertThatThrownBy(() -> SocketChannel.open(UnixDomainSocketAddress.of(path)))
        .isInstanceOf(IOException.class);
    Files.delete(path);
  }

  private static List<String> env(List<String> command, String... assignments) {
    var all = new ArrayList<>(List.of("/bin/sh", "-c"));
    all.add("export " + String.join(" ", assignments) + "; exec \"$@\"");
    all.add("sh");
    all.addAll(command);
    return all;
  }

  @Test
  void inherited_fromSystemd_servesTheClientThatStartedIt() throws Exception {
    requireSystemd();
    var path = directory.resolve("s");
    var java = jvm().command(Program.class, "serve");
    var command = new ArrayList<>(List.of("systemd-socket-activate", "-l", path.toString()));
    command.add("--fdname=web");
    command.addAll(java);
    assertThat(activated(command, path))
        .contains("listener " + path + "\nagain 0\nclose-on-exec 1\n");
  }

  @Test
  void adopt_fd0AsAnInetdGivesIt_serves() throws Exception {
    requireSystemd();
    var path = directory.resolve("s");
    var command = new ArrayList<>(List.of("systemd-socket-activate", "--inetd", "-l"));
    command.add(path.toString());
    command.addAll(jvm().command(Program.class, "zero"));
    activated(command, path); // what it writes goes to the socket, too
  }

  private static void requireSystemd() {
    boolean there = Files.isExecutable(Path.of("/usr/bin/systemd-socket-activate"));
    assertThat(there || !Boolean.getBoolean("netsvc.require")).as("systemd-socket-activate").isTrue();
    assumeTrue(there, "no systemd-socket-activate");
  }

  /** Connects, which has the program started, and returns what it wrote when it has served. */
  private static String activated(List<String> command, Path path) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      var connector = Contract.LINUX_UNIX.connector(o -> o.withRetries(9, Duration.ofMillis(10)));
      try (var client = connector.connect(UnixDomainSocketAddress.of(path))) {
        assertThat(client.read(ByteBuffer.allocate(9))).isEqualTo(5);
      }
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void passed_readsTheEnvironmentAsSystemdWritesIt() throws Exception {
    assertThat(Activation.passed(Map.of(), 7)).isEmpty();
    assertThat(Activation.passed(Map.of("LISTEN_FDS", "2"), 7)).isEmpty();
    assertThat(Activation.passed(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "8"), 7)).isEmpty();
    assertThat(Activation.passed(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "7"), 7))
        .containsExactly(
            new Activation.Passed(3, "unknown"), new Activation.Passed(4, "unknown"));
    assertThat(passed("2", "web:")) // an empty name is one, too
        .containsExactly(new Activation.Passed(3, "web"), new Activation.Passed(4, ""));
    assertThat(passed("0", "")).isEmpty();
  }

  private static List<Activation.Passed> passed(String count, String names) throws IOException {
    return Activation.passed(
        Map.of("LISTEN_FDS", count, "LISTEN_PID", "7", "LISTEN_FDNAMES", names), 7);
  }

  @Test
  void passed_whatIsNotUnderstood_isSaidInOneLine() {
    assertThatThrownBy(() -> passed("two", "web"))
        .isInstanceOf(IOException.class)
        .hasMessage("LISTEN_FDS: read \"two\", expected a number");
    assertThatThrownBy(() -> passed("-1", "")).hasMessageContaining("expected a number");
    assertThatThrownBy(() -> passed("99999999999", "")).hasMessageContaining("expected a number");
    assertThatThrownBy(() -> passed("2", "web"))
        .hasMessage("LISTEN_FDNAMES: read 1 names, but LISTEN_FDS=2");
    assertThatThrownBy(
            () -> Activation.passed(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1\n"), 7))
        .hasMessage("LISTEN_PID: read \"1?\", expected a number");
  }

  /** What is given the sockets. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      try {
        switch (arguments[0]) {
          case "serve" -> serve(Listener.inherited(o -> o.withMaxConnections(1)));
          case "sockets" -> sockets();
          case "keep" -> PassedSocket.takeAll().getFirst().listener(o -> o).close();
          case "remove" -> {
            try (var listener = PassedSocket.takeAll().getFirst().listener(o -> o)) {
              listener.attach();
            }
          }
          case "zero" -> serve(List.of(Listener.adopt(0, o -> o)));
          case "names" -> names();
          default -> System.out.println(Listener.inherited(o -> o));
        }
      } catch (IOException | UnsupportedOperationException e) {
        System.out.println(e.getMessage());
      }
    }

    private static void sockets() throws Exception {
      for (var passed : PassedSocket.takeAll()) {
        System.out.println(passed + " dual " + passed.isDualStack());
        if (passed.isDatagram()) {
          datagram(passed);
        } else if (passed.name().equals("web")) {
          passed.listener(o -> o).close();
          try (var listener = passed.listener(o -> o);
              var connection = listener.accept()) {
            connection.write(UTF_8.encode("hello"));
          }
        }
      }
      System.out.println("again " + PassedSocket.takeAll());
    }

    private static void datagram(PassedSocket passed) throws Exception {
      try (var port = passed.port(o -> o)) {
        var arrived = new CountDownLatch(1);
        port.onReadable(arrived::countDown);
        port.send(new DatagramPort.Datagram(UTF_8.encode("x"), port.localAddress()));
        arrived.await();
        System.out.println("datagram of " + (port.poll().isPresent() ? "its own" : "nobody"));
      }
    }

    private static void serve(List<Listener> listeners) throws Exception {
      listeners.forEach(System.out::println);
      if (listeners.size() > 1 || System.getenv("LISTEN_FDS") != null) {
        System.out.println("again " + Listener.inherited(o -> o).size());
        System.out.println("close-on-exec " + closeOnExec());
      }
      var served = new CountDownLatch(listeners.size());
      for (var listener : listeners) {
        listener.serve(
            connection -> {
              connection.write(UTF_8.encode("hello"));
              served.countDown();
            });
      }
      served.await();
      listeners.forEach(Listener::close);
    }

    /** How many of the passed fds are so. */
    private static int closeOnExec() throws IOException {
      int all = 0;
      for (int i = 3; i < 3 + Integer.parseInt(System.getenv("LISTEN_FDS")); i++) {
        var info = Files.readString(Path.of("/proc/self/fdinfo/" + i));
        all += info.matches("(?s).*flags:\\s+02[0-7]{6}\n.*") ? 1 : 0;
      }
      return all;
    }

    private static void names() throws IOException {
      for (var name : List.of("two", "two", "three", "dns", "one")) {
        try {
          System.out.println(name + ' ' + Listener.inherited(name, o -> o));
        } catch (IOException e) {
          System.out.println(name + ' ' + e.getMessage());
        }
      }
    }
  }
}
