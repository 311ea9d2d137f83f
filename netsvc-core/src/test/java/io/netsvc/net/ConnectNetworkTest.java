package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.process.Jvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connecting in a network of its own, with no route but loopback and with few ephemeral ports. */
@Timeout(60)
class ConnectNetworkTest {
  /** Brings loopback up, as ip(8) would, and leaves 100 ephemeral ports. */
  private static final String NETWORK =
      """
      use Socket;
      socket(my $s, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
      my $up = pack("a16 s x22", "lo", 1);
      ioctl($s, 0x8914, $up) or die "SIOCSIFFLAGS: $!";
      open(my $range, ">", "/proc/sys/net/ipv4/ip_local_port_range") or die "range: $!";
      print $range "40000 40099";
      close($range) or die "range: $!";
      exec(@ARGV) or die "exec: $!";
      """;

  @TempDir private Path directory;

  private String run(Contract on, String what) throws Exception {
    var probe = List.of("unshare", "-n", "perl", "-e", NETWORK, "/bin/true");
    int denied = new ProcessBuilder(probe).redirectErrorStream(true).start().waitFor();
    assumeTrue(denied == 0, "no network namespace of our own");
    var command = new ArrayList<>(probe.subList(0, probe.size() - 1));
    command.addAll(new Jvm(directory).command(Program.class, on.name(), what));
    return Jvm.output(command);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void noRoute_isSaid(Contract on) throws Exception {
    assertThat(run(on, "unreachable"))
        .startsWith("NoRouteToHostException: connect /192.0.2.1:80: Network is unreachable");
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void noPortLeft_isAFailureToConnect_andTheyCanBeUsedAgain(Contract on) throws Exception {
    assertThat(run(on, "exhaust"))
        .startsWith("BindException: connect /127.0.0.1:39999: Cannot assign requested address")
        .endsWith("again\n");
  }

  /** Without IP_BIND_ADDRESS_NO_PORT there are 100 connections from the address, to all targets. */
  @ParameterizedTest
  @EnumSource(names = "LINUX_IPV4")
  void source_withoutAPort_sharesThePortsBetweenTargets(Contract on) throws Exception {
    assertThat(run(on, "share")).isEqualTo("160 connected\n");
  }

  /** A port in the ephemeral range, where nobody listens, is often enough the client's own. */
  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void aClosedEphemeralPort_isNeverConnectedTo(Contract on) throws Exception {
    assertThat(run(on, "closed")).matches("connected 0, to itself [1-9][0-9]*\n");
  }

  /** What runs in that network. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      var on = Contract.valueOf(arguments[0]);
      switch (arguments[1]) {
        case "unreachable" -> System.out.println(failure(on, at("192.0.2.1", 80)));
        case "exhaust" -> exhaust(on);
        case "share" -> share(on);
        default -> closed(on);
      }
    }

    private static InetSocketAddress at(String literal, int port) {
      return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    private static String failure(Contract on, SocketAddress address) throws Exception {
      try (var connection = on.connector(o -> o).connect(address)) {
        return "connected " + connection;
      } catch (IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
      }
    }

    private static void exhaust(Contract on) throws Exception {
      var address = at("127.0.0.1", 39_999);
      try (var listener = on.listen(address, o -> o)) {
        var open = new ArrayList<Connection>();
        var connector = on.connector(o -> o);
        while (true) {
          try {
            open.add(connector.connect(listener.localAddress()));
          } catch (IOException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            break;
          }
        }
        open.forEach(Connection::abort); // no TIME_WAIT
        connector.connect(address).abort();
        System.out.println("again");
      }
    }

    private static void share(Contract on) throws Exception {
      var source = at("127.0.0.2", 0);
      int connected = 0;
      try (var one = on.listen(at("127.0.0.1", 39_998), o -> o);
          var two = on.listen(at("127.0.0.1", 39_999), o -> o)) {
        var connector =
            on.connector(o -> o.withSource(source).withTimeout(Duration.ofSeconds(5)));
        for (int i = 0; i < 80; i++) {
          for (var listener : List.of(one, two)) {
            connector.connect(listener.localAddress());
            connected++;
          }
        }
        System.out.println(connected + " connected");
        System.exit(0); // which closes them
      }
    }

    private static void closed(Contract on) throws Exception {
      int connected = 0;
      int itself = 0;
      for (int i = 0; i < 2_000; i++) {
        var failure = failure(on, at("127.0.0.1", 40_000 + i % 100));
        connected += failure.startsWith("connected") ? 1 : 0;
        itself += failure.contains("itself") ? 1 : 0;
      }
      System.out.println("connected " + connected + ", to itself " + itself);
    }
  }
}
