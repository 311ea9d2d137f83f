package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class InetdReloadTest {
  private static InetdConfig config(String text) {
    return InetdConfig.parse("inetd.conf", text);
  }

  private static String echo(int port, String word) {
    return "127.0.0.1:" + port + " stream tcp nowait - /bin/echo echo " + word + '\n';
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:%d",
        "127.0.0.1:%d strem tcp nowait - /bin/echo echo new",
        "127.0.0.1:%d stream tcp nowait - /bin/echo echo \"new",
        "127.0.0.1:%d stream tcp nowait no-such-user /bin/echo echo new",
        "127.0.0.1:%d stream tcp nowait - /no/such/program",
        "127.0.0.1:%dx/ stream tcp nowait - /bin/echo echo old",
        "127..1:%d stream tcp nowait - /bin/echo echo new",
        "'127.0.0.1:%d stream tcp nowait - /bin/echo echo new"
      })
  void reload_brokenEntry_keepsItsPredecessor(String broken) throws Exception {
    int port = Programs.freePort();
    int other = Programs.freePort();
    try (var server = InetdServer.start(config(echo(port, "old") + echo(other, "gone")))) {
      server.reload(config(broken.formatted(port) + '\n'));
      assertThat(server.diagnostics()).hasSize(1);
      assertThat(ask(port, "")).isEqualTo("old\n");
      assertThat(Clients.refuses(other)).isTrue(); // no entry of its own, broken or not
      server.reload(config(echo(port, "fixed")));
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("fixed\n");
    }
  }

  @Test
  void reload_whatIsNoTextOrNotToBeIncluded_closesNothing(@TempDir Path directory) throws Exception {
    int port = Programs.freePort();
    int other = Programs.freePort();
    var included = Files.writeString(directory.resolve("more"), "127.0.0.1:" + port + " stream tcp nowait - /bin/echo echo more\n");
    var file = directory.resolve("inetd.conf");
    var text = ".include \"" + included + "\"\n127.0.0.1:" + other + " stream tcp nowait - /bin/echo echo ";
    Files.writeString(file, text + "one\n");
    try (var server = InetdServer.start(InetdConfig.read(file))) {
      assertThat(server.services()).hasSize(2);
      Files.move(included, directory.resolve("gone"));
      Files.writeString(file, text + "two\n");
      assertThat(server.reload(InetdConfig.read(file)).kept()).containsExactly(port + "/tcp");
      assertThat(Clients.ask(port, "")).isEqualTo("more\n");
      assertThat(Clients.ask(other, "")).isEqualTo("two\n");
      Files.write(file, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, (byte) 0xb7, 0, (byte) 0xff});
      assertThat(server.reload(InetdConfig.read(file)).kept()).hasSize(2);
      assertThat(Clients.ask(port, "")).isEqualTo("more\n");
    }
  }

  @Test
  void reload_portTaken_keepsThePredecessor() throws Exception {
    int port = Programs.freePort();
    try (var stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var server = InetdServer.start(config(echo(port, "same")))) {
      server.reload(config(echo(stranger.getLocalPort(), "same")));
      assertThat(server.diagnostics())
          .singleElement()
          .hasToString(
              """
              inetd.conf:1:1: error: bind 127.0.0.1:%1$d: Address already in use (EADDRINUSE); this \
              process itself (pid %2$d) listens on [::ffff:127.0.0.1]:%1$d: close that one, or take \
              another port"""
                  .formatted(stranger.getLocalPort(), ProcessHandle.current().pid()));
      assertThat(ask(port, "")).isEqualTo("same\n");
    }
  }

  @Test
  void reload_changedEntry_losesAndRefusesNobody() throws Exception {
    int port = Programs.freePort();
    try (var server = InetdServer.start(config(echo(port, "0")));
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new AtomicBoolean();
      var answers = new ArrayList<Future<Integer>>();
      Callable<Integer> client =
          () -> {
            int asked = 0;
            while (!done.get()) {
              assertThat(ask(port, "")).matches("\\d+\n");
              asked++;
            }
            return asked;
          };
      for (int i = 0; i < 4; i++) {
        answers.add(clients.submit(client));
      }
      try {
        for (int i = 1; i <= 50; i++) {
          assertThat(server.reload(config(echo(port, String.valueOf(i)))).diagnostics()).isEmpty();
          assertThat(ask(port, "")).isEqualTo(i + "\n");
        }
      } finally {
        done.set(true);
      }
      int asked = 50;
      for (var answer : answers) {
        asked += answer.get();
      }
      assertThat(server.services().getFirst().started()).isEqualTo(asked);
    }
  }

  @Test
  void reload_waitProgramHasTheSocket_successorBeginsAfterIt() throws Exception {
    Programs.require("/usr/bin/perl");
    int port = Programs.freePort();
    var line = "127.0.0.1:" + port + " stream tcp wait - /usr/bin/perl perl -e \"%s\" \n";
    var one = "open(S,'+<&=0');accept(C,S);sysread(C,$x,1);syswrite(C,'one')";
    var two = "open(S,'+<&=0');accept(C,S);syswrite(C,'two')";
    try (var server = InetdServer.start(config(line.formatted(one)));
        var first = connect(port)) {
      Programs.await("started", () -> server.services().getFirst().running() == 1);
      try (var second = connect(port)) {
        server.reload(config(line.formatted(two)));
        assertThat(server.services().getFirst().running()).isEqualTo(1);
        assertThat(ask(first, "x")).isEqualTo("one");
        assertThat(ask(second, "")).isEqualTo("two");
      }
    }
  }

  @Test
  void reload_fullEntryGetsALargerLimit_admitsAtOnce() throws Exception {
    int port = Programs.freePort();
    var line = "127.0.0.1:" + port + " stream tcp nowait/%d - /bin/cat cat\n";
    try (var server = InetdServer.start(config(line.formatted(1)));
        var first = connect(port);
        var second = connect(port)) {
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a');
      server.reload(config(line.formatted(2)));
      assertThat(ask(second, "b")).isEqualTo("b");
      server.reload(config(line.formatted(1)));
      Programs.await("second reaped", () -> server.services().getFirst().running() == 1);
      try (var third = connect(port)) {
        assertThat(server.services().getFirst().started()).isEqualTo(2);
        assertThat(ask(first, "")).isEmpty(); // it ends
        assertThat(ask(third, "c")).isEqualTo("c");
      }
    }
  }

  @Test
  void reload_addressToAllAndBack_works() throws Exception {
    int port = Programs.freePort();
    var all = "0.0.0.0:" + port + " stream tcp4 nowait - /bin/echo echo all\n";
    try (var server = InetdServer.start(config(echo(port, "one")))) {
      assertThat(server.reload(config(all)).diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("all\n");
      assertThat(server.reload(config(echo(port, "one"))).diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("one\n");
    }
  }

  @Test
  void reload_addressToAllButASecondSocketIsTaken_keepsThePredecessor() throws Exception {
    try (var stranger = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"));
        var server = InetdServer.start(config(echo(stranger.getLocalPort(), "one")))) {
      int port = stranger.getLocalPort();
      assertThat(server.diagnostics()).isEmpty();
      server.reload(config("0.0.0.0:" + port + " stream tcp4 nowait - /bin/echo echo all\n"));
      assertThat(server.diagnostics()).hasSize(1);
      assertThat(ask(port, "")).isEqualTo("one\n");
    }
  }

  @Test
  void reload_twoEntriesSwapPorts_handOverTheirSockets() throws Exception {
    int one = Programs.freePort();
    int two = Programs.freePort();
    try (var server = InetdServer.start(config(echo(one, "1") + echo(two, "2")))) {
      assertThat(server.reload(config(echo(one, "2") + echo(two, "1"))).diagnostics()).isEmpty();
      assertThat(ask(one, "")).isEqualTo("2\n");
      assertThat(ask(two, "")).isEqualTo("1\n");
    }
  }

  @Test
  void reload_goneEntry_closesAndLeavesItsProgram() throws Exception {
    int port = Programs.freePort();
    try (var server =
            InetdServer.start(config("127.0.0.1:" + port + " stream tcp nowait - /bin/cat cat\n"));
        var client = connect(port)) {
      client.getOutputStream().write('a');
      assertThat(client.getInputStream().read()).isEqualTo('a');
      assertThat(server.reload(config("# nothing\n")).diagnostics()).isEmpty();
      assertThat(server.services()).isEmpty();
      assertThat(Clients.refuses(port)).isTrue();
      assertThat(ask(client, "b")).isEqualTo("b");
    }
  }

  @Test
  void start_sameAddressTwice_secondIsAnErrorThatNamesTheFirst() throws Exception {
    int port = Programs.freePort();
    try (var server = InetdServer.start(config(echo(port, "1") + echo(port, "2")))) {
      assertThat(server.diagnostics())
          .singleElement()
          .hasToString(
              "inetd.conf:2:1: error: the entry on line 1 listens at /127.0.0.1:%d already".formatted(port));
      assertThat(ask(port, "")).isEqualTo("1\n");
    }
  }

  @Test
  void strict_anyErrorAtAll_changesNothing() throws Exception {
    int port = Programs.freePort();
    int other = Programs.freePort();
    try (var stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var none = InetdServer.start(config("nonsense\n" + echo(port, "x")), o -> o.withStrict(true));
        var server = InetdServer.start(config(echo(port, "old")), o -> o.withStrict(true))) {
      assertThat(none.services()).isEmpty();
      assertThat(none.diagnostics()).hasSize(1);
      for (var bad : new String[] {"nonsense\n", echo(stranger.getLocalPort(), "y")}) {
        assertThat(server.reload(config(echo(port, "new") + echo(other, "z") + bad)).diagnostics()).hasSize(1);
        assertThat(ask(port, "")).isEqualTo("old\n");
        assertThat(Clients.refuses(other)).isTrue();
      }
      assertThat(server.reload(config(echo(port, "new"))).diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("new\n");
    }
  }

  @Test
  void reload_manyTimesAndStop_leaksNoDescriptor() throws Exception {
    int port = Programs.freePort();
    int other = Programs.freePort();
    long before = 0;
    for (int i = 0; i < 4; i++) {
      try (var server = InetdServer.start(config(echo(port, "a") + "nonsense\n"))) {
        assertThat(ask(port, "")).isEqualTo("a\n");
        server.reload(config(echo(other, "b") + "127.0.0.1:" + port + " dgram udp wait - internal echo\n"));
        server.reload(config("0.0.0.0:" + other + " stream tcp4 wait - /bin/true\n"));
        assertThat(server.diagnostics()).isEmpty();
      }
      if (i == 1) {
        before = descriptors(); // now that every class is loaded
      }
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  private static long descriptors() throws Exception {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
