package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.DatagramRelay.Drop;
import io.netsvc.process.Jvm;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A datagram relay in a JVM that has no fd left. */
@Timeout(60)
class DatagramOutOfFdsTest {

  @ParameterizedTest
  @ValueSource(strings = {"linux", "nio"})
  void serve_withNoFdLeft_dropsNewPeersAndKeepsTheOthers(String transport, @TempDir Path directory)
      throws Exception {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"));
    var java = new Jvm(directory).command(Program.class);
    command.add(java.removeFirst());
    command.add("-Dio.netsvc.transport=" + transport);
    command.addAll(java);
    var output = Jvm.output(command);
    assertThat(output).contains("Too many open files").endsWith("served\n");
    assertThat(output.lines().filter(line -> line.contains("no session")).count())
        .as("lines of log: at most one a second")
        .isBetween(1L, 10L);
  }

  /** Takes every fd there is, has an old peer and a new one send, and gives the fds back. */
  static final class Program {
    private static final int NEW = 200;

    private Program() {}

    public static void main(String[] arguments) throws Exception {
      System.setErr(System.out);
      var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      try (var back = DatagramPort.open(any);
          var relay = DatagramRelay.serve(DatagramPort.open(any), back.localAddress());
          var old = DatagramChannel.open().connect(relay.localAddress());
          var late = DatagramChannel.open().connect(relay.localAddress())) {
        back.onReadable(() -> answer(back));
        exchange(old);
        var taken = exhaust();
        for (int i = 0; i < NEW; i++) {
          late.write(UTF_8.encode("lost"));
          exchange(old);
        }
        while (relay.snapshot().dropped(Drop.NO_SESSION) < NEW) {
          Thread.onSpinWait();
        }
        for (var each : taken) {
          each.close();
        }
        exchange(late);
        System.out.println(
            relay.snapshot().opened() == 2 ? "served" : "opened " + relay.snapshot().opened());
      }
    }

    private static void answer(DatagramPort back) {
      try {
        for (var request : back.poll(32)) {
          back.send(request.reply(request.data()));
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static void exchange(DatagramChannel client) throws IOException {
      client.write(UTF_8.encode("x"));
      client.receive(ByteBuffer.allocate(10));
    }

    private static List<FileInputStream> exhaust() {
      var taken = new ArrayList<FileInputStream>();
      try {
        while (true) {
          taken.add(new FileInputStream("/dev/null"));
        }
      } catch (IOException e) {
        return taken;
      }
    }
  }
}
