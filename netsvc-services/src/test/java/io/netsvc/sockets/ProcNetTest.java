package io.netsvc.sockets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of /proc/net as a little-endian kernel printed them, and others. */
@Timeout(60)
class ProcNetTest {
  private static final String TCP =
      "  16: 0100007F:03F6 0100007F:972A 01 00000002:00000005 00:00000000 00000000  4294967294"
          + "        0 2239607 1 000000006412313a 20 4 30 10 -1                  ";
  private static final String TCP6 =
      "   0: 000080FE000000000000000077000000:03F0 00000000000000000000000000000000:0000 0A"
          + " 00000000:00000000 00:00000000 00000000     0        0 2238419 1 00000000bf601f12 100 0";
  private static final String TIME_WAIT =
      "  20: 0100007F:03F8 0100007F:AA22 06 00000000:00000000 03:000016CA 00000000     0"
          + "        0 0 3 00000000c828a7e4                                      ";
  private static final String UDP =
      " 8152: 0100007F:03F2 00000000:0000 07 00000000:00000000 00:00000000 00000000     0"
          + "        0 2239600 2 00000000a2f7a818 0       ";
  private static final String UNIX =
      "0000000042e8eb89: 00000002 00000000 00010000 0001 01 2239628 /tmp/stream";

  @TempDir private Path directory;

  @BeforeAll
  static void isOfThisOrder() {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the lines are little-endian");
  }

  private static String unix(String end) {
    return String.valueOf(ProcNet.unix(UNIX.replace("2239628 /tmp/stream", end)));
  }

  @Test
  void inet_tcp_hasEveryValue() {
    var entry = ProcNet.inet(SocketProtocol.TCP, TCP, 4);
    assertThat(entry)
        .hasToString("tcp ESTAB 127.0.0.1:1014 127.0.0.1:38698 inode 2239607")
        .returns(5L, InetEntry::receiveQueue)
        .returns(2L, InetEntry::sendQueue)
        .returns(-2, InetEntry::uid)
        .returns(0L, InetEntry::cookie);
  }

  @Test
  void inet_others_areRead() {
    assertThat(ProcNet.inet(SocketProtocol.TCP, TCP6, 16))
        .hasToString("tcp LISTEN [fe80::77]:1008 *:0 inode 2238419");
    assertThat(ProcNet.inet(SocketProtocol.TCP, TCP6.replace("000080FE000000000000000077", "0000000000000000FFFF000001"), 16))
        .hasToString("tcp LISTEN [::ffff:0.0.0.1]:1008 *:0 inode 2238419");
    assertThat(ProcNet.inet(SocketProtocol.TCP, TIME_WAIT, 4))
        .hasToString("tcp TIME-WAIT 127.0.0.1:1016 127.0.0.1:43554 inode 0");
    assertThat(ProcNet.inet(SocketProtocol.UDP, UDP, 4))
        .hasToString("udp UNCONN 127.0.0.1:1010 0.0.0.0:0 inode 2239600");
  }

  @Test
  void inet_ofTheOtherFamily_isNone() {
    assertThat(ProcNet.inet(SocketProtocol.TCP, TCP, 16)).isNull();
    assertThat(ProcNet.inet(SocketProtocol.TCP, TCP6, 4)).isNull();
  }

  @Test
  void unix_names_areWhole() {
    assertThat(unix("2239628 /tmp/stream")).isEqualTo("u_str LISTEN /tmp/stream inode 2239628");
    assertThat(unix("    7 /tmp/a  b ")).isEqualTo("u_str LISTEN /tmp/a  b  inode 7");
    assertThat(unix("    7   begins")).isEqualTo("u_str LISTEN   begins inode 7");
    assertThat(unix("    7 @abstract")).isEqualTo("u_str LISTEN @abstract inode 7");
    assertThat(unix("    7 /a\rb")).isEqualTo("u_str LISTEN /a\\x0db inode 7");
    assertThat(unix("    7 /\u00c3\u00a4")).isEqualTo("u_str LISTEN /\u00e4 inode 7");
    assertThat(unix("    7")).isEqualTo("u_str LISTEN  inode 7");
    assertThat(unix("    7 ")).isEqualTo("u_str LISTEN  inode 7");
  }

  @Test
  void unix_abstract_beginsWithNul() {
    var entry = ProcNet.unix(UNIX.replace("/tmp/stream", "@x"));
    assertThat(Objects.requireNonNull(entry).rawName()).isEqualTo("\0x".getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "b", "/rest of a path", "x: y", "0: 0 0 0 0 0 x", "0: 0 0 0 1 1 99999999999999999999 /x",
        "0: 0 0 99999999999 1 1 5 /x", "0: 0 0 0 9 1 5 /x",
        "  16: 0100007F 0100007F:972A 01 0:0 00:0 0 0 0 22 1", "  16: 0100007F:972A 0100007F:972A ZZ 0:0 00:0 0 0 0 22 1",
        "  16: 0100007F:10000 0100007F:972A 01 0:0 00:0 0 0 0 22 1", "  16: 01007F:1000 0100007F:972A 01 0:0 00:0 0 0 0 22 1",
        "  16: 0100007F:1000 0100007F:972A 01 0:0 00:0 0 0 0", "  16: 0100007F:1000 0100007F:972A FF 0:0 00:0 0 0 0 22 1",
        "  16: 0100007F:1000 0100007F:972A 01 0 00:0 0 0 0 22 1"
      })
  void lines_malformed_areNone(String line) {
    assertThat(ProcNet.unix(line)).isNull();
    assertThat(ProcNet.inet(SocketProtocol.TCP, line, 4)).isNull();
  }

  @Test
  void lines_garbled_neverFail() {
    var random = new Random(7);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      read += garbled(random, TCP, 4) == null ? 0 : 1;
      read += garbled(random, TCP6, 16) == null ? 0 : 1;
      read += garbled(random, UNIX, 0) == null ? 0 : 1;
    }
    assertThat(read).isBetween(1_000, 60_000);
  }

  private static @Nullable SocketEntry garbled(Random random, String line, int length) {
    var text = new StringBuilder(line);
    for (int i = random.nextInt(3); i >= 0; i--) {
      text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(256));
    }
    text.setLength(random.nextBoolean() ? text.length() : random.nextInt(text.length()));
    return length == 0
        ? ProcNet.unix(text.toString())
        : ProcNet.inet(SocketProtocol.TCP, text.toString(), length);
  }

  private List<SocketEntry> readAll() throws IOException {
    var found = new ArrayList<SocketEntry>();
    new ProcNet(directory, SocketSelection.ALL, found).readAll();
    return found;
  }

  @Test
  void readAll_filesWithNamesThatBreakLines_areReadByLine() throws IOException {
    Files.createFile(directory.resolve("dev"));
    Files.writeString(directory.resolve("tcp"), "heading\n" + TCP + '\n' + TIME_WAIT + '\n');
    Files.writeString(
        directory.resolve("unix"), "heading\n" + UNIX + "\nrest\n" + UNIX + "\r\n", ISO_8859_1);
    assertThat(readAll())
        .extracting(Object::toString)
        .containsExactly(
            "tcp ESTAB 127.0.0.1:1014 127.0.0.1:38698 inode 2239607",
            "tcp TIME-WAIT 127.0.0.1:1016 127.0.0.1:43554 inode 0",
            "u_str LISTEN /tmp/stream inode 2239628",
            "u_str LISTEN /tmp/stream\\x0d inode 2239628");
  }

  @Test
  void readAll_fileThatCannotBeRead_isAnIOException() throws IOException {
    Files.createFile(directory.resolve("dev"));
    Files.createDirectory(directory.resolve("tcp"));
    assertThatThrownBy(this::readAll).isInstanceOf(IOException.class);
  }

  /** As that of a process that has ended. */
  @Test
  void readAll_emptyDirectory_isNone() {
    assertThatThrownBy(this::readAll)
        .isInstanceOf(NoSuchFileException.class)
        .extracting(e -> ((FileSystemException) e).getFile())
        .isEqualTo(directory.toString());
  }

  /** They lack the backlog, the device, and sockets that are bound alone or not accepted. */
  @Test
  void readAll_inANamespace_isWhatNetlinkLists() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      var found = new ArrayList<SocketEntry>();
      new ProcNet(Path.of("/proc/" + holder.pid() + "/net"), SocketSelection.ALL, found).readAll();
      found.removeIf(entry -> entry instanceof UnixEntry && entry.inode() == 0);
      var listed = new ArrayList<>(holder.table().query(q -> q));
      listed.removeIf(entry -> entry.state() == SocketState.BOUND);
      assertThat(found).hasSizeGreaterThan(40);
      assertThat(found.stream().map(ProcNetTest::told).sorted())
          .containsExactlyElementsOf(listed.stream().map(ProcNetTest::told).sorted().toList());
    }
  }

  private static String told(SocketEntry entry) {
    var text = entry.toString().replaceAll("%[a-z0-9]+:", ":") + " uid " + entry.uid();
    if (entry instanceof UnixEntry) {
      return text;
    }
    boolean listens = entry.state() == SocketState.LISTENING;
    // Whether it keeps to IPv6 is one more thing that they do not tell.
    return text.replace("[::]", "*")
        + (" " + entry.receiveQueue() + ' ' + (listens ? 0 : entry.sendQueue()));
  }
}
