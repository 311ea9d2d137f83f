package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.DatagramPort;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixServiceTest {
  @TempDir private Path directory;
  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = directory.resolve("socket");
  }

  private InetdConfig config(String rest) {
    return InetdConfig.parse("c", path + " stream unix nowait - " + rest + '\n');
  }

  private String ask(String request) throws Exception {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      client.shutdownOutput();
      return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void unix_program_servesAndLeavesNoFile() throws Exception {
    try (var server = InetdServer.start(config("/bin/cat"))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask("one")).isEqualTo("one");
      assertThat(server.reload(config("internal echo")).diagnostics()).isEmpty();
      assertThat(ask("two")).isEqualTo("two");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void unix_staleSocket_isReplaced() throws Exception {
    try (var old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      old.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    try (var server = InetdServer.start(config("/bin/cat"))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask("one")).isEqualTo("one");
    }
  }

  @Test
  void unix_liveSocketOfAnother_isLeftAlone() throws Exception {
    try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(path));
      try (var server = InetdServer.start(config("/bin/cat"))) {
        assertThat(server.diagnostics())
            .singleElement()
            .asString()
            .contains("bind " + path + ": Address already in use (EADDRINUSE); this process itself")
            .endsWith(") listens at " + path + ": close that one, or take another path");
      }
      assertThat(path).exists();
    }
  }

  @Test
  void unix_pathIsAnotherFile_isNotRemoved() throws Exception {
    Files.writeString(path, "data");
    try (var server = InetdServer.start(config("/bin/cat"))) {
      assertThat(server.diagnostics()).hasSize(1);
    }
    assertThat(path).hasContent("data");
  }

  @Test
  void datagram_tooLongForAnybody_isDroppedAndTheNextServed() throws Exception {
    Programs.require("/usr/bin/perl");
    var got = directory.resolve("got");
    var reads = Programs.script(directory.resolve("reads"), "head -c 1 >" + got + ".new && mv " + got + ".new " + got + "\n");
    var text = path + " dgram unix wait - " + reads + " reads\n";
    try (var server = InetdServer.start(InetdConfig.parse("c", text));
        var client = DatagramPort.open(UnixDomainSocketAddress.of(directory.resolve("client")))) {
      assertThat(server.diagnostics()).isEmpty();
      var to = UnixDomainSocketAddress.of(path);
      Programs.run(
          directory, "/usr/bin/perl", "-MSocket", "-e",
          "socket(S,PF_UNIX,SOCK_DGRAM,0) && send(S,'y'x70000,0,sockaddr_un($ARGV[0])) or die $!", path.toString());
      client.send(new DatagramPort.Datagram(ByteBuffer.wrap(new byte[] {'x'}), to));
      Programs.await("the next", () -> Files.exists(got));
      assertThat(got).hasContent("x");
    }
  }
}
