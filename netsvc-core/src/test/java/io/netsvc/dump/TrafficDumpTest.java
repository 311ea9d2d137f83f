package io.netsvc.dump;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.Outcome;
import io.netsvc.net.RelayServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dumps of real relays, which other programs read. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TrafficDumpTest {
  private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final UnixDomainSocketAddress UNIX = UnixDomainSocketAddress.of("/run/x.sock");

  @TempDir private Path directory;

  /** Sends a line to a server that answers with another one; the ports of client and server. */
  private static List<Integer> converse(TrafficDump dump) throws Exception {
    try (var server = Listener.open(ANY)) {
      server.serve(
          connection -> {
            connection.read(ByteBuffer.allocate(100));
            connection.write(ByteBuffer.wrap("answer\n".getBytes(UTF_8)));
          });
      var connector = Connector.of(o -> o);
      var relay =
          RelayServer.serve(
              Listener.open(ANY),
              () -> connector.connect(server.localAddress()),
              o -> o.withTaps((a, b) -> dump.tap(a.remoteAddress(), b.remoteAddress())));
      var port = Integer.parseInt(relay.toString().replaceAll(".*:", ""));
      try (var client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
        client.getOutputStream().write("question\n".getBytes(UTF_8));
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("answer\n");
        assertThat(relay.stop(Duration.ofSeconds(10))).isEqualTo(io.netsvc.net.Stopped.GRACEFUL);
        return List.of(
            client.getLocalPort(), ((InetSocketAddress) server.localAddress()).getPort());
      }
    }
  }

  @Test
  void fullDisk_endsTheDumpAndNothingElse() throws Exception {
    try (var dump = TrafficDump.append(Path.of("/dev/full"), TrafficDump.Format.RAW)) {
      converse(dump);
      converse(dump);
    }
  }

  @Test
  void raw_isTheBytes() throws Exception {
    var file = directory.resolve("raw");
    try (var dump = TrafficDump.open(file, TrafficDump.Format.RAW)) {
      converse(dump);
    }
    assertThat(file).hasContent("question\nanswer\n");
  }

  @Test
  void hex_saysWhoSends() throws Exception {
    var file = directory.resolve("hex");
    try (var dump = TrafficDump.open(file, TrafficDump.Format.HEX)) {
      dump.tap(UNIX, ANY).seen(Outcome.Side.SECOND, ByteBuffer.wrap("0123456789abcdef\n".getBytes(UTF_8)));
    }
    try (var dump = TrafficDump.append(file, TrafficDump.Format.HEX)) {
      var tap = dump.tap(UNIX, UnixDomainSocketAddress.of(""));
      tap.seen(Outcome.Side.FIRST, ByteBuffer.wrap(new byte[] {-1, 0}));
      tap.seen(Outcome.Side.FIRST, ByteBuffer.wrap(new byte[] {127}));
    }
    assertThat(file)
        .hasContent(
            """
            127.0.0.1:0 > unix:/run/x.sock
            00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
            00000010  0a                                                |.|
            unix:/run/x.sock > -
            00000000  ff 00                                             |..|
            unix:/run/x.sock > -
            00000002  7f                                                |.|
            """);
  }

  @Test
  void pcapng_ofAConversation_isReadByTcpdump() throws Exception {
    var file = directory.resolve("file.pcapng");
    List<Integer> ports;
    try (var dump = TrafficDump.open(file, TrafficDump.Format.PCAPNG)) {
      ports = converse(dump);
    }
    var client = "127.0.0.1." + ports.getFirst();
    var server = "127.0.0.1." + ports.getLast();
    assertThat(tcpdump(file))
        .contains(client + " > " + server + ": Flags [S], cksum ")
        .contains(server + " > " + client + ": Flags [S.], cksum ")
        .contains(client + " > " + server + ": Flags [P.], cksum ")
        .contains("seq 1:10, ack 1, ")
        .contains("seq 1:8, ack 10, ")
        .contains(client + " > " + server + ": Flags [F.], cksum ")
        .contains(server + " > " + client + ": Flags [F.], cksum ")
        .contains("seq 10, ack 8, ")
        .doesNotContain("incorrect")
        .doesNotContain("bad cksum");
  }

  @Test
  void pcapng_ofOthers_isReadByTcpdump() throws Exception {
    var file = directory.resolve("file.pcapng");
    var six = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 80);
    try (var dump = TrafficDump.open(file, TrafficDump.Format.PCAPNG)) {
      dump.datagramTap(six, ANY).seen(Outcome.Side.FIRST, ByteBuffer.wrap(new byte[999]));
      dump.datagramTap(ANY, ANY).seen(Outcome.Side.FIRST, ByteBuffer.wrap(new byte[65_495]));
    }
    try (var dump = TrafficDump.append(file, TrafficDump.Format.PCAPNG)) {
      var tap = dump.tap(UNIX, six);
      tap.seen(Outcome.Side.SECOND, ByteBuffer.wrap(new byte[200_000]));
      tap.ended(
          new Outcome(
              Outcome.Cause.RESET, Outcome.Side.SECOND, Outcome.Phase.OPEN, 0, 200_000,
              Duration.ofSeconds(1), io.netsvc.net.Relay.Mode.COPY));
    }
    assertThat(tcpdump(file))
        .contains("2001:db8::1.80 > ::ffff:127.0.0.1.0: [udp sum ok] UDP, length 999")
        .contains("[udp sum ok] UDP, length 65495")
        .contains("2001:db8::1.80 > ::ffff:127.0.0.1.1024: Flags [R.], cksum ")
        .contains("seq 196486:200001, ack 1")
        .contains("seq 200001, ack 1")
        .doesNotContain("incorrect")
        .doesNotContain("bad cksum");
    assertThat(new String(Files.readAllBytes(file), UTF_8)).contains("unix:/run/x.sock > [2001:db8::1]:80");
  }

  private String tcpdump(Path file) throws IOException, InterruptedException {
    var program = Path.of("/usr/bin/tcpdump");
    assertThat(Files.isExecutable(program) || !Boolean.getBoolean("netsvc.require")).isTrue();
    assumeTrue(Files.isExecutable(program), "no tcpdump");
    var out = directory.resolve("out");
    var process =
        new ProcessBuilder(program.toString(), "-n", "-vv", "-r", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(out)).isZero();
    return Files.readString(out);
  }
}
