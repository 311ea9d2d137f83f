package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A listener of multipath TCP, which has one of TCP beneath it. */
@Timeout(60)
class MptcpTest {
  private static final String LISTENER =
      """
      up();
      my $there = socket(my $s, AF_INET, SOCK_STREAM, 262) ? 1 : 0;
      print "there $there\\n";
      if ($there) {
        bind($s, at("127.0.0.1", 2006)) or die "bind: $!";
        listen($s, 5) or die "listen: $!";
      }
      ready();
      """;

  @TempDir private Path directory;

  private PerlHolder listener() throws Exception {
    var holder = PerlHolder.apart(directory, LISTENER);
    if (holder.number("there") == 0) {
      holder.close();
      assumeTrue(false, "no multipath TCP here");
    }
    return holder;
  }

  @Test
  void query_listener_isThereAsSsHasIt() throws Exception {
    try (var holder = listener()) {
      var socket = holder.table().query(q -> q.withProtocols(Set.of(SocketProtocol.MPTCP)));
      assertThat(socket)
          .singleElement()
          .hasToString(
              "mptcp LISTEN 127.0.0.1:2006 0.0.0.0:0 inode " + socket.getFirst().inode());
      var pid = Integer.toString(holder.pid());
      var row = PerlHolder.output("nsenter", "-t", pid, "-n", "ss", "-HanMeO");
      assertThat(row).contains("LISTEN", "127.0.0.1:2006", "ino:" + socket.getFirst().inode() + ' ');
      assertThat(holder.table().holders(socket).of(socket.getFirst()))
          .singleElement()
          .returns(holder.pid(), Holder::pid);
    }
  }

  /** The one beneath has the same inode, so that its holder is known. */
  @Test
  void whoBlocks_tcp_isTheListenerBeneath() throws Exception {
    try (var holder = listener()) {
      var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 2006);
      assertThat(holder.table().whoBlocks(SocketProtocol.TCP, address))
          .singleElement()
          .returns(Obstacle.Kind.LISTENER, Obstacle::kind)
          .satisfies(
              found ->
                  assertThat(found.holders())
                      .extracting(Holder::pid)
                      .isEqualTo(List.of(holder.pid())));
    }
  }
}
