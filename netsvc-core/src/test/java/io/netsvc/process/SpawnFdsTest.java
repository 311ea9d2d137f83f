package io.netsvc.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Connection;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a child has open: all that it was given, and nothing else. */
@Timeout(60)
class SpawnFdsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path directory;

  @Test
  void spawn_onConnection_bothNamesOfTheSocketWorkInTheChild() throws Exception {
    var script =
        """
        use Socket;
        my ($port) = sockaddr_in(getpeername(STDIN));
        my ($own) = sockaddr_in(getsockname(STDOUT));
        print "$port $own";
        """;
    var perl =
        ProcessSpawner.of(
            Path.of("/usr/bin/perl"), o -> o.withArguments(List.of("perl", "-e", script)));
    var accepted = new CompletableFuture<Connection>();
    try (var listener = Listener.open(ANY_PORT)) {
      listener.onAccept(accepted::complete);
      var address = (InetSocketAddress) listener.localAddress();
      try (var client = new Socket(address.getAddress(), address.getPort())) {
        try (var connection = accepted.get(10, TimeUnit.SECONDS)) {
          perl.spawn(ChildFd.of(connection));
        }
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
            .isEqualTo(client.getLocalPort() + " " + address.getPort());
      }
    }
  }

  @Test
  void spawn_onConnectionThatJavaHasRead_childFindsItBlocking() throws Exception {
    var accepted = new CompletableFuture<Connection>();
    try (var listener = Listener.open(ANY_PORT)) {
      listener.onAccept(accepted::complete);
      var address = (InetSocketAddress) listener.localAddress();
      try (var client = new Socket(address.getAddress(), address.getPort())) {
        SpawnedProcess cat;
        try (var connection = accepted.get(10, TimeUnit.SECONDS)) {
          client.getOutputStream().write('x');
          connection.read(java.nio.ByteBuffer.allocate(1)); // makes it non-blocking
          cat = ProcessSpawner.of(Path.of("/bin/cat"), o -> o).spawn(ChildFd.of(connection));
        }
        client.getOutputStream().write("late".getBytes(UTF_8));
        client.shutdownOutput();
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).isEqualTo("late");
        assertThat(cat.awaitExit().success()).isTrue();
      }
    }
  }

  @Test
  void spawn_whileAnotherChildRuns_eachSocketEndsWithItsOwnChild() throws Exception {
    // A second child that had the first one's socket would delay the end that its client sees.
    try (var listener = Listener.open(ANY_PORT)) {
      var accepted = new java.util.concurrent.LinkedBlockingQueue<Connection>();
      listener.onAccept(accepted::add);
      var address = (InetSocketAddress) listener.localAddress();
      try (var first = new Socket(address.getAddress(), address.getPort());
          var second = new Socket(address.getAddress(), address.getPort())) {
        var cat = ProcessSpawner.of(Path.of("/bin/cat"), o -> o);
        try (var one = accepted.take();
            var two = accepted.take()) {
          cat.spawn(ChildFd.of(one));
          cat.spawn(ChildFd.of(two));
        }
        first.shutdownOutput();
        assertThat(first.getInputStream().read()).isEqualTo(-1);
        second.shutdownOutput();
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void spawn_withJdkChannelsOpen_childHasNoneOfThem() throws Exception {
    try (var file = FileChannel.open(Path.of("/etc/passwd"));
        var server = java.nio.channels.ServerSocketChannel.open().bind(ANY_PORT);
        var client = SocketChannel.open(server.getLocalAddress());
        var selector = java.nio.channels.Selector.open()) {
      assertThat(List.of(file, server, client, selector)).allMatch(c -> c.toString() != null);
      assertThat(Child.run("ls /proc/$$/fd").lines()).containsExactly("0", "1", "2");
    }
  }

  @Test
  void spawn_manyFdsOpen_highSourcesReachTheChild() throws Exception {
    var sockets = new ArrayList<DatagramPort>();
    try {
      for (int i = 0; i < 400; i++) {
        sockets.add(DatagramPort.open(ANY_PORT));
      }
      var last = sockets.getLast();
      var script = "readlink /proc/$$/fd/0; ls /proc/$$/fd; ls -l /proc/" + ProcessHandle.current().pid() + "/fd | wc -l";
      var open = fds();
      for (int i = 0; i < 50; i++) { // more than there are low slots
        var output = ChildFd.pipe();
        var process =
            Child.spawner(o -> o, script).spawn(ChildFd.of(last), output, output);
        try (var stream = process.stdout()) {
          var lines = new String(stream.readAllBytes(), UTF_8).lines().toList();
          assertThat(lines.get(0)).startsWith("socket:[");
          assertThat(lines.subList(1, 4)).containsExactly("0", "1", "2");
        }
        process.awaitExit();
      }
      assertThat(fds()).isLessThanOrEqualTo(open);
      // Ours are as they were: the sockets still have their ports.
      last.send(new DatagramPort.Datagram(java.nio.ByteBuffer.allocate(1), last.localAddress()));
    } finally {
      sockets.forEach(DatagramPort::close);
    }
  }

  @Test
  void spawn_fromManyThreadsWithManyFds_everyChildHasItsOwn() throws Exception {
    var sockets = new ArrayList<DatagramPort>();
    try (var threads = java.util.concurrent.Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 300; i++) {
        sockets.add(DatagramPort.open(ANY_PORT));
      }
      var script =
          """
          use Socket; print((sockaddr_in(getsockname(STDIN)))[0]);
          """;
      var perl =
          ProcessSpawner.of(
              Path.of("/usr/bin/perl"), o -> o.withArguments(List.of("perl", "-e", script)));
      var results = new ArrayList<java.util.concurrent.Future<String>>();
      for (int i = 0; i < 64; i++) {
        var port = sockets.get(sockets.size() - 1 - i);
        results.add(
            threads.submit(
                () -> {
                  var process = perl.spawn(ChildFd.of(port), ChildFd.pipe(), ChildFd.devNull());
                  try (var stream = process.stdout()) {
                    return new String(stream.readAllBytes(), UTF_8);
                  }
                }));
      }
      for (int i = 0; i < results.size(); i++) {
        var address = (InetSocketAddress) sockets.get(sockets.size() - 1 - i).localAddress();
        assertThat(results.get(i).get()).isEqualTo(String.valueOf(address.getPort()));
      }
    } finally {
      sockets.forEach(DatagramPort::close);
    }
  }

  @Test
  void spawn_passedListeners_childFindsThemAsSystemdPassesThem() throws Exception {
    try (var web = Listener.open(ANY_PORT);
        var admin = Listener.open(ANY_PORT)) {
      var child =
          Child.run(
              o -> o.withPassedFds(List.of("web", "admin")),
              "echo $LISTEN_FDS $LISTEN_FDNAMES; [ $LISTEN_PID = $$ ] && echo own; ls /proc/$$/fd",
              ChildFd.of(web),
              ChildFd.of(admin));
      assertThat(child.lines())
          .containsExactly("2 web:admin", "own", "0", "1", "2", "3", "4");
    }
  }

  @Test
  void spawn_passedListener_childAcceptsFromIt() throws Exception {
    try (var listener = Listener.open(ANY_PORT)) {
      var script =
          """
          open(my $listener, '+<&=', 3) or die $!;
          accept(my $connection, $listener) or die $!;
          print $connection "pid $ENV{LISTEN_PID} is $$";
          """;
      var perl =
          ProcessSpawner.of(
              Path.of("/usr/bin/perl"),
              o ->
                  o.withArguments(List.of("perl", "-e", script))
                      .withPassedFds(List.of("one")));
      var process =
          perl.spawn(
              ChildFd.devNull(), ChildFd.devNull(), ChildFd.inherit(2), ChildFd.of(listener));
      var address = (InetSocketAddress) listener.localAddress();
      try (var client = new Socket(address.getAddress(), address.getPort())) {
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
            .isEqualTo("pid " + process.pid() + " is " + process.pid());
      }
      assertThat(process.awaitExit().success()).isTrue();
    }
  }

  @Test
  void spawn_fewerPassedThanNamed_isRefused() {
    var spawner = Child.spawner(o -> o.withPassedFds(List.of("web")), "true");
    assertThatThrownBy(() -> spawner.spawn(ChildFd.devNull()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 fds passed, but 1 have a name");
  }

  @Test
  void spawn_onFiles_readsWritesAndAppends() throws Exception {
    var input = Files.writeString(directory.resolve("in"), "one\n");
    var output = Files.writeString(directory.resolve("out"), "much longer than before\n");
    var log = Files.writeString(directory.resolve("log"), "kept\n");
    var process =
        Child.spawner(o -> o, "cat; echo two >&2")
            .spawn(ChildFd.reading(input), ChildFd.writing(output), ChildFd.appending(log));
    assertThat(process.awaitExit().success()).isTrue();
    assertThat(output).hasContent("one\n");
    assertThat(log).hasContent("kept\ntwo\n");
  }

  @Test
  void spawn_onMissingFile_namesTheFile() {
    assertThatThrownBy(
            () -> Child.spawner(o -> o, "true").spawn(ChildFd.reading(Path.of("/no/file"))))
        .hasMessage("open /no/file: No such file or directory (ENOENT)");
  }

  @Test
  void spawn_onPipes_allThreeCarryBytes() throws Exception {
    var process =
        Child.spawner(o -> o, "read x; echo out $x; echo err $x >&2")
            .spawn(ChildFd.pipe(), ChildFd.pipe(), ChildFd.pipe());
    try (var in = process.stdin();
        var out = process.stdout();
        var err = process.stderr()) {
      in.write("line\n".getBytes(UTF_8));
      assertThat(new String(out.readAllBytes(), UTF_8)).isEqualTo("out line\n");
      assertThat(new String(err.readAllBytes(), UTF_8)).isEqualTo("err line\n");
    }
    assertThat(process.awaitExit().success()).isTrue();
  }

  @Test
  void stdin_programThatDoesNotRead_writeSaysBrokenPipe() throws Exception {
    var process = Child.spawner(o -> o, "exit 0").spawn(ChildFd.pipe(), ChildFd.devNull(), ChildFd.devNull());
    process.awaitExit();
    try (var in = process.stdin()) {
      assertThatThrownBy(() -> in.write(1)).hasMessage("write: Broken pipe (EPIPE)");
    }
    assertThatThrownBy(process::stdout).hasMessage("fd 1 is not a pipe");
  }

  @Test
  void spawn_inherited_standsWhereItStood() throws Exception {
    // The JVM's 2 as the child's 0, 1 and 2: the fd that is at its own place must survive exec too.
    var process =
        Child.spawner(o -> o, "[ -e /proc/$$/fd/0 ] && [ -e /proc/$$/fd/2 ]")
            .spawn(ChildFd.inherit(2));
    assertThat(process.awaitExit().success()).isTrue();
  }

  @Test
  void spawn_standardFdsInACircle_eachLandsWhereItShould() throws Exception {
    // A dup2 that came too early would overwrite the source of another.
    var seen = directory.resolve("seen");
    var script = "open(F, '>', shift); print F readlink(\"/proc/self/fd/$_\"), \"\\n\" for 0..2";
    var arguments = List.of("perl", "-e", script, seen.toString());
    var process =
        ProcessSpawner.of(Path.of("/usr/bin/perl"), o -> o.withArguments(arguments))
            .spawn(ChildFd.inherit(2), ChildFd.inherit(0), ChildFd.inherit(1));
    assertThat(process.awaitExit().success()).isTrue();
    assertThat(seen).hasContent(String.join("\n", own(2), own(0), own(1)));
  }

  private static String own(int fd) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
  }

  static long fds() throws Exception {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }
}
