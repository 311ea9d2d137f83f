package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.SocketDiag;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What nobody sees of the sockets of others. */
@Timeout(120)
class PlainUserTest {
  @TempDir private Path directory;
  @TempDir private Path classes;

  private static final String OTHERS =
      """
      up();
      listening("127.0.0.1", 2003);
      ready();
      """;

  /** A process of nobody that not even nobody may look into: PR_SET_DUMPABLE of prctl(2). */
  private static final String SECRETIVE =
      """
      up();
      nobody();
      syscall($arm ? 167 : 157, 4, 0, 0, 0, 0) == 0 or die "prctl: $!";
      listening("127.0.0.1", 2003);
      ready();
      """;

  @Test
  void holders_ofOthers_areNotPermitted() throws Exception {
    try (var holder = PerlHolder.apart(directory, OTHERS)) {
      assertThat(new NobodyJvm(classes).runIn(holder, Look.class))
          .isEqualTo(
              """
              tcp LISTEN 127.0.0.1:2003 uid 0 NOT_PERMITTED hidden [] NOT_PERMITTED
              a process of user root (run this as root to see which) listens on 127.0.0.1:2003: \
              stop what holds it, or take another port
              """);
    }
  }

  /** Before 5.8, every mount of /proc has the same options. */
  @Test
  void holders_ofOthersThatAreNotListed_areNotPermitted() throws Exception {
    assumeTrue(Kernels.isAtLeast(5, 8), "a kernel before 5.8");
    try (var holder = PerlHolder.apart(directory, OTHERS)) {
      assertThat(new NobodyJvm(classes).runAlone(holder, Look.class))
          .startsWith("tcp LISTEN 127.0.0.1:2003 uid 0 NOT_PERMITTED hidden: 1 [] NOT_PERMITTED\n");
    }
  }

  @Test
  void holders_notDumpable_areNotPermitted_butToRoot() throws Exception {
    try (var holder = PerlHolder.apart(directory, SECRETIVE)) {
      assertThat(new NobodyJvm(classes).runIn(holder, Look.class))
          .startsWith("tcp LISTEN 127.0.0.1:2003 uid 65534 NOT_PERMITTED hidden [] NOT_PERMITTED\n");
      var socket = holder.socket(2003);
      assertThat(socket.uid()).isEqualTo(65534);
      assertThat(holder.table().holders(List.of(socket)).of(socket))
          .singleElement()
          .satisfies(found -> assertThat(found.pid()).isEqualTo(holder.pid()))
          .satisfies(found -> assertThat(found.user()).isEqualTo("nobody"));
    }
  }

  /** From the tables of /proc/PID/net, which have neither the backlog nor the cookie. */
  @Test
  void ofProcess_inAnotherNamespace_isReadFromItsFiles() throws Exception {
    try (var holder = PerlHolder.apart(directory, OTHERS)) {
      assertThat(new NobodyJvm(classes).run(Elsewhere.class, Integer.toString(holder.pid())))
          .isEqualTo("tcp LISTEN 127.0.0.1:2003 0.0.0.0:0 inode " + holder.socket(2003).inode() + " queue 0 cookie 0\n");
    }
  }

  @Test
  void ofNamespace_isNotPermitted() throws Exception {
    PerlHolder.requireNamespaces();
    assertThat(new NobodyJvm(classes).run(Named.class, "/proc/self/ns/net"))
        .isEqualTo("setns /proc/self/ns/net: Operation not permitted (EPERM)\n");
  }

  @Test
  void whoBlocks_privilegedPort_isThePrivilege() throws Exception {
    // A new namespace has 1024 of them, whatever this one has.
    try (var holder = PerlHolder.apart(directory, OTHERS)) {
      assertThat(new NobodyJvm(classes).runIn(holder, Privileged.class))
          .startsWith(
              "Permission denied\nPRIVILEGED_PORT ports below 1024 need root or"
                  + " CAP_NET_BIND_SERVICE: run it as root or with that capability,");
    }
  }

  /** Prints the listener and what is known of its holder. */
  static final class Look {
    private Look() {}

    public static void main(String[] arguments) throws IOException {
      var table = SocketTable.system();
      for (var socket : table.query(q -> q.withLocalPort(2003))) {
        var inet = (InetEntry) socket;
        var all = table.holders(List.of(socket));
        var first = table.firstHolders(List.of(socket));
        System.out.println(
            inet.protocol().netid() + ' ' + inet.state().column() + ' ' + inet.localHost() + ':' + inet.local().getPort()
                + " uid " + inet.uid() + ' ' + all.visibility(socket)
                + (all.hidden() == 1 ? " hidden: 1 " : all.hidden() > 0 ? " hidden " : " all seen ")
                + all.of(socket) + ' ' + first.visibility(socket));
        for (var obstacle : table.whoBlocks(SocketProtocol.TCP, inet.local())) {
          System.out.println(obstacle);
        }
      }
    }
  }

  /** Prints the sockets of a process. */
  static final class Elsewhere {
    private Elsewhere() {}

    public static void main(String[] arguments) throws IOException {
      var table = SocketTable.ofProcess(Long.parseLong(arguments[0]));
      for (var socket : table.query(q -> q.withLocalPort(2003))) {
        System.out.println(socket + " queue " + socket.sendQueue() + " cookie " + socket.cookie());
      }
    }
  }

  /** Opens a namespace. */
  static final class Named {
    private Named() {}

    public static void main(String[] arguments) {
      try (var _ = SocketDiag.open(arguments[0])) {
        System.out.println("was allowed");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /** Takes a low port. */
  static final class Privileged {
    private Privileged() {}

    public static void main(String[] arguments) throws IOException {
      var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1);
      try (var socket = new ServerSocket()) {
        socket.bind(address);
        System.out.println("was allowed");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
      for (var obstacle : SocketTable.system().whoBlocks(SocketProtocol.TCP, address)) {
        System.out.println(obstacle.kind() + " " + obstacle);
      }
    }
  }
}
