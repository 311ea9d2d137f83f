package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of other network namespaces than ours. */
@Timeout(60)
class NamespacesTest {
  private static final String LISTENER =
      """
      up();
      listening("127.0.0.1", 2004);
      ready();
      """;

  /** A process that has ended, and that its parent does not wait for. */
  private static final String ZOMBIE =
      """
      my $pid = fork() || exit 0;
      print "zombie $pid\\n";
      1 until `cat /proc/$pid/stat` =~ /\\) Z /;
      ready();
      """;

  @TempDir private Path directory;

  private static Path own() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
  }

  @Test
  void ofProcess_inAnotherNamespace_isThatOne_andTheThreadStaysInOurs() throws Exception {
    var before = own();
    try (var holder = PerlHolder.apart(directory, LISTENER)) {
      var socket = holder.socket(2004);
      assertThat(holder.table().listening())
          .singleElement()
          .hasToString("tcp LISTEN 127.0.0.1:2004 0.0.0.0:0 inode " + socket.inode());
      assertThat(socket.cookie()).isNotZero(); // so it was not read from /proc
      assertThat(SocketTable.system().query(q -> q))
          .noneMatch(entry -> entry.inode() == socket.inode());
      assertThat(own()).isEqualTo(before);
    }
  }

  @Test
  void ofNamespace_named_isThatOne() throws Exception {
    PerlHolder.requireNamespaces();
    var name = "netsvc-test-" + ProcessHandle.current().pid();
    var before = own();
    PerlHolder.output("ip", "netns", "add", name);
    try (var holder =
        PerlHolder.here(
            directory,
            "exec 'ip', 'netns', 'exec', @ARGV;",
            name, "perl", "-MSocket=:all", "-e",
            """
            $| = 1;
            socket(my $s, AF_INET, SOCK_STREAM, 0);
            bind($s, pack_sockaddr_in(2005, INADDR_ANY)) or die;
            listen($s, 1);
            print "pid $$\\nready\\n";
            <STDIN>;
            """)) {
      assertThat(SocketTable.ofNamespace(name).listening())
          .singleElement()
          .hasToString(
              "tcp LISTEN 0.0.0.0:2005 0.0.0.0:0 inode " + holder.socket(2005).inode());
      assertThat(own()).isEqualTo(before);
    } finally {
      PerlHolder.output("ip", "netns", "delete", name);
    }
  }

  @Test
  void ofNamespace_unknown_saysWhich() {
    assertThatThrownBy(() -> SocketTable.ofNamespace("netsvc-no-such").listening())
        .isInstanceOf(IOException.class)
        .hasMessage("open /run/netns/netsvc-no-such: No such file or directory (ENOENT)");
  }

  /** The kernel gives no pid above 4,194,304. */
  @Test
  void ofProcess_unknown_saysWhich() {
    assertThatThrownBy(() -> SocketTable.ofProcess(99_999_999).listening())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/proc/99999999/");
  }

  @Test
  void ofProcess_thatHasEnded_saysWhich() throws Exception {
    try (var holder = PerlHolder.here(directory, ZOMBIE)) {
      int pid = holder.number("zombie");
      assertThatThrownBy(() -> SocketTable.ofProcess(pid).listening())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/proc/" + pid + '/');
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..", ".", "a\0b"})
  void ofNamespace_noName_isRefused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> SocketTable.ofNamespace(name));
  }
}
