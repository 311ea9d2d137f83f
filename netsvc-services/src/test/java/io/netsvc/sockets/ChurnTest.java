package io.netsvc.sockets;

import static java.net.StandardProtocolFamily.INET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tables that change while they are listed, and large ones. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class ChurnTest {
  private static final int DUMPS = 500;

  /** Each of four processes connects 5,000 times to an address of its own and accepts each. */
  private static final String CONNECTIONS =
      """
      up();
      print "allowed ", (many(20_000) ? 1 : 0), "\\n";
      for my $n (1 .. 4) {
        child("child$n", sub {
          my $address = "127.0.0.1$n";
          my $server = listening($address, 3000 + $n);
          for (1 .. 5_000) {
            connected(SOCK_STREAM, $address, 3000 + $n);
            accepted($server);
          }
        });
      }
      ready();
      """;

  @TempDir private Path directory;

  private static ServerSocketChannel listen() throws Exception {
    var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    return ServerSocketChannel.open(INET).bind(address);
  }

  private static boolean has(int port) throws Exception {
    return SocketTable.system().listening().stream()
        .anyMatch(e -> e instanceof InetEntry inet && inet.local().getPort() == port);
  }

  @Test
  void listening_othersComeAndGo_alwaysHasThoseThatStay() throws Exception {
    var ended = new AtomicBoolean();
    var opened = new AtomicInteger();
    try (var permanent = listen();
        var executor = Executors.newSingleThreadExecutor()) {
      int port = ((InetSocketAddress) permanent.getLocalAddress()).getPort();
      Future<?> churn =
          executor.submit(
              () -> {
                while (!ended.get()) {
                  try (var one = listen();
                      var two = listen()) {
                    opened.addAndGet(one.isOpen() && two.isOpen() ? 2 : 0);
                  }
                }
                return null;
              });
      try {
        for (int i = 0; i < DUMPS; i++) {
          assertThat(has(port)).as("dump %d", i).isTrue();
        }
      } finally {
        ended.set(true);
      }
      churn.get(); // which has not failed
      assertThat(opened).hasValueGreaterThan(DUMPS);
    }
  }

  @Test
  void query_twentyThousandConnections_listsAllOrTheListenersAlone() throws Exception {
    try (var holder = PerlHolder.apart(directory, CONNECTIONS)) {
      assumeTrue(holder.number("allowed") == 1, "no 20,000 fds for a process");
      var table = holder.table();
      assertThat(table.listening())
          .extracting(e -> ((InetEntry) e).local().getPort())
          .containsExactlyInAnyOrder(3001, 3002, 3003, 3004);
      var all = table.query(q -> q.withProtocols(Set.of(SocketProtocol.TCP)));
      assertThat(all).hasSizeGreaterThanOrEqualTo(40_004);
      assertThat(all.stream().map(SocketEntry::inode).distinct().count()).isEqualTo(all.size());
      assertThat(table.query(q -> q.withLocalPort(3002))).hasSize(5_001);
    }
  }
}
