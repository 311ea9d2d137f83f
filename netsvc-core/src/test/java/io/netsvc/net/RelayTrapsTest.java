package io.netsvc.net;

import static io.netsvc.net.Relayed.random;
import static io.netsvc.net.Relayed.receive;
import static io.netsvc.net.Relayed.same;
import static io.netsvc.net.Relayed.send;
import static io.netsvc.net.Relayed.sending;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.Relayed.Way;
import io.netsvc.process.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other relays were seen to do wrong besides the ends of streams. */
@Timeout(60)
class RelayTrapsTest {
  private static final byte[] HELLO = "hello".getBytes(UTF_8);

  /** A pipe that goes back with something in it gives that to the next connection. */
  @ParameterizedTest
  @EnumSource
  void abort_withBytesOnTheirWay_givesThemToNobodyElse(Way way) throws Exception {
    for (int i = 0; i < 20; i++) {
      try (var on = Relayed.open(way)) {
        var sending = sending(on.client(), new byte[24 << 20], false);
        for (long before = -1, now; (now = on.relay().progress().forward()) != before; ) {
          before = now;
          TimeUnit.MILLISECONDS.sleep(5); // no effect is awaited: it may still move
        }
        on.relay().abort();
        on.relay().await();
        assertThat(sending).failsWithin(10, TimeUnit.SECONDS);
      }
    }
    for (int i = 0; i < 20; i++) {
      try (var on = Relayed.open(way)) {
        byte[] bytes = random(1_000_000 + i);
        var sending = sending(on.client(), bytes, true);
        assertThat(same(receive(on.server()), bytes)).isTrue();
        sending.get();
      }
    }
  }

  /** Bytes that were copied come before those that are spliced after them, and the other way round. */
  @ParameterizedTest
  @EnumSource
  void smallAndLargeInTurn_keepTheirOrder(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      on.client().setOption(StandardSocketOptions.TCP_NODELAY, true);
      for (int i = 0; i < 200; i++) {
        for (int j = 0; j < 4; j++) {
          byte[] small = random(1 + (i * 7 + j) % 100);
          send(on.client(), small);
          assertThat(receive(on.server(), small.length)).isEqualTo(small);
        }
        byte[] large = random(200_000 + i);
        var sending = sending(on.client(), large, false);
        assertThat(same(receive(on.server(), large.length), large)).isTrue();
        sending.get();
      }
    }
  }

  /** Nor do they fill up memory: each relay holds a buffer or two, however much is sent to it. */
  @ParameterizedTest
  @EnumSource
  void manyStalledReceivers_holdWhatTheirSocketsHoldAndThenGetItAll(Way way) throws Exception {
    var all = new ArrayList<Relayed>();
    var sendings = new ArrayList<java.util.concurrent.CompletableFuture<Void>>();
    byte[] bytes = random(1_500_000);
    try {
      for (int i = 0; i < 100; i++) {
        all.add(Relayed.open(way));
        sendings.add(sending(all.getLast().client(), bytes, true));
      }
      for (var on : all) {
        assertThat(same(receive(on.server()), bytes)).isTrue();
      }
      for (var sending : sendings) {
        sending.get();
      }
    } finally {
      for (var on : all) {
        on.close();
      }
    }
  }

  /** With 200 fds there is room for 34 relays; the others wait, none is dropped, and it comes back. */
  @ParameterizedTest
  @ValueSource(strings = {"linux", "nio"})
  void fdLimit_reached_idlesDropsNobodyAndRecovers(String transport, @TempDir Path directory)
      throws Exception {
    try (var back = Contract.LINUX_IPV4.listen()) {
      back.serve(RelayTrapsTest::echo);
      var command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
      var java =
          new Jvm(directory)
              .command(
                  Program.class,
                  String.valueOf(((InetSocketAddress) back.localAddress()).getPort()));
      command.add(java.removeFirst());
      command.add("-Dio.netsvc.transport=" + transport);
      command.addAll(java);
      var process =
          new ProcessBuilder(command).redirectError(directory.resolve("log").toFile()).start();
      var clients = new ArrayList<SocketChannel>();
      try (var output =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
        var address =
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(output.readLine()));
        for (int i = 0; i < 80; i++) {
          clients.add(SocketChannel.open(address));
          send(clients.getLast(), HELLO);
        }
        for (int i = 0; i < 34; i++) {
          assertThat(receive(clients.get(i), HELLO.length)).isEqualTo(HELLO);
        }
        long before = ticks(process);
        TimeUnit.SECONDS.sleep(1); // nothing is awaited: it has to stay as it is
        assertThat(ticks(process) - before).as("CPU time at the limit, 1/100 s").isLessThan(20);
        for (int i = 0; i < 34; i++) {
          clients.get(i).close();
        }
        for (int i = 34; i < 68; i++) {
          assertThat(receive(clients.get(i), HELLO.length)).as("%d", i).isEqualTo(HELLO);
          clients.get(i).close();
        }
        for (int i = 68; i < 80; i++) {
          assertThat(receive(clients.get(i), HELLO.length)).as("%d", i).isEqualTo(HELLO);
        }
        assertThat(Files.readString(directory.resolve("log"))).doesNotContain("Exception", "WARN");
      } finally {
        process.destroyForcibly().waitFor();
        for (var client : clients) {
          client.close();
        }
      }
    }
  }

  private static void echo(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1024);
    while (connection.read(buffer.clear()) >= 0) {
      connection.write(buffer.flip());
    }
  }

  private static long ticks(Process process) throws IOException {
    var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** A relay to a port of this machine, until it is killed. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      var loopback = InetAddress.getLoopbackAddress();
      var upstream = new InetSocketAddress(loopback, Integer.parseInt(arguments[0]));
      var listener = Listener.open(new InetSocketAddress(loopback, 0));
      var connector = Connector.of(o -> o);
      try (var _ = RelayServer.serve(listener, Upstreams.inTurn(connector, List.of(upstream)))) {
        System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
        while (System.in.read() >= 0) {
          // until the test is over
        }
      }
    }
  }
}
