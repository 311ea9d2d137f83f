package io.netsvc.sockets;

import static io.netsvc.sockets.SocketProtocol.UNIX_DATAGRAM;
import static io.netsvc.sockets.SocketProtocol.UNIX_STREAM;
import static java.net.StandardProtocolFamily.UNIX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the way of a Unix socket. */
@Timeout(60)
class WhoBlocksUnixTest {
  private static final String SOCKETS =
      """
      my $directory = shift @ARGV;
      unix(SOCK_STREAM, "$directory/a\\nb\\\\c");
      unix(SOCK_DGRAM, "$directory/datagram");
      unix(SOCK_STREAM, "\\0netsvc-test-$$");
      connect(unix(SOCK_DGRAM, "$directory/connected"), pack("S a*", AF_UNIX, "$directory/datagram"))
        or die "connect: $!";
      ready();
      """;

  @TempDir private Path directory;

  private static List<Obstacle> blockers(Path path) throws IOException {
    var address = UnixDomainSocketAddress.of(path);
    try (var channel = ServerSocketChannel.open(UNIX)) {
      assertThatThrownBy(() -> channel.bind(address)).isInstanceOf(BindException.class);
    }
    return SocketTable.system().whoBlocks(UNIX_STREAM, address);
  }

  @Test
  void listener_atThePath_isSaid() throws IOException {
    var path = directory.resolve("s");
    try (var listener = ServerSocketChannel.open(UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
      try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path));
          var accepted = listener.accept()) {
        assertThat(blockers(path))
            .singleElement()
            .returns(Obstacle.Kind.LISTENER, Obstacle::kind)
            .returns(
                "this process itself (pid " + ProcessHandle.current().pid() + ") listens at " + path,
                Obstacle::reason);
        assertThat(client.isConnected() && accepted.isConnected()).isTrue();
      }
    }
  }

  @Test
  void file_leftBehind_isSaid() throws IOException {
    var path = directory.resolve("s");
    try (var listener = ServerSocketChannel.open(UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(blockers(path))
        .singleElement()
        .returns(Obstacle.Kind.FILE, Obstacle::kind)
        .hasToString(
            path
                + " is there, and no socket of this network namespace is bound to it:"
                + " remove it if it was left behind and nothing answers there, or take another path");
    Files.delete(path);
    assertThat(SocketTable.system().whoBlocks(UNIX_STREAM, UnixDomainSocketAddress.of(path)))
        .isEmpty();
  }

  /** A server that went to its directory and then bound a name there. */
  @Test
  void listener_boundByARelativePathOrAnotherName_isFound() throws Exception {
    var script =
        """
        chdir($ARGV[0]) or die;
        unix(SOCK_STREAM, "s");
        ready();
        """;
    var link = Files.createSymbolicLink(directory.resolve("link"), directory);
    try (var holder = PerlHolder.here(directory, script, directory.toString())) {
      assertThat(holder).isNotNull();
      for (var path : List.of(directory.resolve("s"), link.resolve("s"))) {
        assertThat(SocketTable.system().whoBlocks(UNIX_STREAM, UnixDomainSocketAddress.of(path)))
            .singleElement()
            .returns(Obstacle.Kind.LISTENER, Obstacle::kind)
            .satisfies(o -> assertThat(o.holders()).hasSize(1));
      }
    }
  }

  @Test
  void datagrams_atThePath_areInTheWayOfAStream() throws Exception {
    try (var holder = PerlHolder.here(directory, SOCKETS, directory.toString())) {
      for (var name : List.of("datagram", "connected")) {
        assertThat(blockers(directory.resolve(name)))
            .singleElement()
            .satisfies(
                obstacle ->
                    assertThat(obstacle.reason())
                        .startsWith("perl (pid " + holder.pid())
                        .endsWith(" has bound " + directory.resolve(name)));
      }
    }
  }

  @Test
  void path_thatIsShownEscaped_isFound() throws Exception {
    try (var holder = PerlHolder.here(directory, SOCKETS, directory.toString())) {
      assertThat(blockers(directory.resolve("a\nb\\c")))
          .singleElement()
          .satisfies(
              obstacle ->
                  assertThat(obstacle.reason())
                      .startsWith("perl (pid " + holder.pid())
                      .endsWith(" listens at " + directory + "/a\\x0ab\\\\c"));
    }
  }

  /** A name may be taken once for each type of socket. */
  @Test
  void abstractName_isInTheWayOfItsTypeAlone() throws Exception {
    try (var holder = PerlHolder.here(directory, SOCKETS, directory.toString())) {
      var address = UnixDomainSocketAddress.of("@netsvc-test-" + holder.pid());
      assertThat(SocketTable.system().whoBlocks(UNIX_STREAM, address)).hasSize(1);
      assertThat(SocketTable.system().whoBlocks(UNIX_DATAGRAM, address)).isEmpty();
    }
  }
}
