package io.netsvc.sockets;

import static io.netsvc.sockets.SocketProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the way in a network with other settings than usual: ip(7). */
@Timeout(60)
class WhoBlocksSettingsTest {
  private static final String NETWORK =
      """
      up();
      sub set {
        open(my $file, ">", "/proc/sys/net/ipv4/$_[0]") or die "$_[0]: $!";
        print $file $_[1];
        close($file) or die "$_[0]: $!";
      }
      set("ip_nonlocal_bind", 1);
      ready();
      """;

  @TempDir private Path directory;
  @TempDir private Path classes;

  @Test
  void whoBlocks_otherSettings_goesByThem() throws Exception {
    try (var holder = PerlHolder.apart(directory, NETWORK)) {
      assertThat(new NobodyJvm(classes).runIn(holder, Program.class))
          .isEqualTo(
              """
              [] and bound
              """);
    }
  }

  /** What runs there. */
  static final class Program {
    private Program() {}

    private static InetSocketAddress at(String literal, int port) {
      return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    public static void main(String[] arguments) throws IOException {
      var table = SocketTable.system();
      var elsewhere = at("192.0.2.1", 8080);
      System.out.print(table.whoBlocks(TCP, elsewhere));
      try (var bound = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
        bound.bind(elsewhere);
        System.out.println(" and bound");
      }
    }
  }
}
