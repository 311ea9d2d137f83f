package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.linux.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The identification protocol of RFC 1413, with FreeBSD's options. */
@Timeout(60)
class IdentTest {
  private static final Credentials.User SELF =
      Credentials.user(String.valueOf(Credentials.effectiveUid())).orElseThrow();

  private Path home = Path.of("");
  private int port;

  /** A place that any user can reach, unlike a temporary directory of the test's user. */
  @BeforeEach
  void prepare() throws Exception {
    home = Files.createTempDirectory(Path.of("/var/tmp"), "netsvc-test");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    port = Programs.freePort();
  }

  @AfterEach
  void removeHome() throws Exception {
    try (var files = Files.walk(home)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private InetdServer serve(String options) {
    var text = "127.0.0.1,127.0.0.2:%d stream tcp nowait root internal auth %s\n".formatted(port, options);
    var server = InetdServer.start(InetdConfig.parse("c", text));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  /** Asks for the owner of the asking connection's own end, which is on this machine too. */
  private String askForItself() throws Exception {
    try (var client = connect(port)) {
      var query = client.getLocalPort() + " , " + port;
      var answer = ask(client, query + "\r\n");
      assertThat(answer).startsWith(query + " : ").endsWith("\r\n");
      return answer.substring(query.length() + 3).strip();
    }
  }

  @Test
  void query_withoutOptions_isHidden() throws Exception {
    try (var _ = serve("")) {
      assertThat(askForItself()).isEqualTo("ERROR : HIDDEN-USER");
    }
    try (var _ = serve("-d nobody")) {
      assertThat(askForItself()).isEqualTo("USERID : UNIX : nobody");
    }
  }

  @Test
  void query_real_isTheOwner() throws Exception {
    try (var _ = serve("-r")) {
      assertThat(askForItself()).isEqualTo("USERID : UNIX : " + SELF.name());
    }
    try (var _ = serve("-ri -oOTHER")) {
      assertThat(askForItself()).isEqualTo("USERID : OTHER : " + SELF.uid());
    }
  }

  @Test
  void query_garbage_isAnotherNameEachTime() throws Exception {
    try (var _ = serve("-r -g -d nobody")) {
      var first = askForItself();
      assertThat(first).matches("USERID : UNIX : [0-9a-z]{32}");
      assertThat(askForItself()).isNotEqualTo(first);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1,2 | 1 , 2 : ERROR : NO-USER
          ' 1 ,\t2 ' | 1 , 2 : ERROR : NO-USER
          0,2 | 0 , 2 : ERROR : INVALID-PORT
          2,65536 | 2 , 65536 : ERROR : INVALID-PORT
          x | 0 , 0 : ERROR : INVALID-PORT
          1,-2 | 0 , 0 : ERROR : INVALID-PORT
          1,2.5 | 0 , 0 : ERROR : INVALID-PORT
          '' | 0 , 0 : ERROR : INVALID-PORT
          """)
  void query_ofNoConnection_isAnError(String query, String answer) throws Exception {
    try (var _ = serve("-r")) {
      assertThat(ask(port, query + "\r\n")).isEqualTo(answer + "\r\n");
      assertThat(ask(port, query + "\n" + query + "\r\n")).isEqualTo((answer + "\r\n").repeat(2));
    }
    if (answer.contains("NO-USER")) {
      try (var _ = serve("-r -d somebody")) {
        assertThat(ask(port, query + "\r\n")).endsWith(" : USERID : UNIX : somebody\r\n");
      }
    }
  }

  @Test
  void query_byAnotherThanThePeer_isNotTold() throws Exception {
    try (var _ = serve("-r");
        var other = connect(port)) {
      var query = other.getLocalPort() + "," + port + "\r\n";
      assertThat(ask(port, query)).as("its own address").contains("USERID");
      try (var client = new Socket()) {
        client.bind(new InetSocketAddress("127.0.0.3", 0));
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        assertThat(ask(client, query)).as("another's").contains("NO-USER");
      }
      try (var client = new Socket()) {
        client.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client.connect(new InetSocketAddress("127.0.0.2", port));
        assertThat(ask(client, query)).as("asked at another address").contains("NO-USER");
      }
    }
  }

  /** The table has it with uid 0 and no inode: nobody's, and not root's. */
  @Test
  void query_ofAConnectionInTimeWait_hasNoUser() throws Exception {
    try (var _ = serve("-r");
        var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int waiting;
      try (var first = new Socket(listening.getInetAddress(), listening.getLocalPort());
          var second = listening.accept()) {
        waiting = first.getLocalPort();
        var query = waiting + "," + listening.getLocalPort() + "\r\n";
        assertThat(ask(port, query)).contains("USERID");
        first.shutdownOutput(); // whoever ends first waits
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
      var row = "0100007F:%04X [0F]*0100007F:%04X 06 ".formatted(waiting, listening.getLocalPort());
      Programs.await("TIME_WAIT", () -> Pattern.compile(row).matcher(tcpTables()).find());
      assertThat(ask(port, waiting + "," + listening.getLocalPort() + "\r\n")).contains("NO-USER");
    }
  }

  private static String tcpTables() {
    try {
      return Files.readString(Path.of("/proc/net/tcp")) + Files.readString(Path.of("/proc/net/tcp6"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Each byte comes in time, but not the request. */
  @Test
  void request_inDrips_isClosedAtItsTime() throws Exception {
    try (var _ = serve("-t 0.500000");
        var client = connect(port)) {
      client.setSoTimeout(50);
      long begin = System.nanoTime();
      boolean ended = false;
      while (!ended) {
        try {
          client.getOutputStream().write(' ');
          ended = client.getInputStream().read() < 0;
        } catch (SocketTimeoutException _) {
          // Another one.
        } catch (IOException _) {
          ended = true; // a reset
        }
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(400), Duration.ofSeconds(5));
    }
  }

  @Test
  void options_asGetoptHasThem_areRead() {
    assertThat(IdentOptions.parse(List.of("auth")))
        .isEqualTo(new IdentOptions(Optional.empty(), false, false, false, false, false, "UNIX", false, Duration.ofSeconds(10)));
    assertThat(IdentOptions.parse(List.of("auth", "-Frin", "-gd", "x", "-oOS", "-t", "3.000007")))
        .isEqualTo(new IdentOptions(Optional.of("x"), true, true, true, true, true, "OS", true, Duration.ofSeconds(3, 7_000)));
    assertThat(IdentOptions.parse(List.of("auth", "-ft5")))
        .isEqualTo(new IdentOptions(Optional.empty(), true, false, false, false, false, "UNIX", false, Duration.ofSeconds(5)));
  }

  @ParameterizedTest
  @CsvSource({"-x,read \"-x\"", "-rx,read \"-rx\"", "r,read \"r\"", "-,read \"-\"", "-d,after -d", "-d a:b,after -d", "-t 0,after -t", "-t 1.,after -t", "-tx,after -t"})
  void options_wrong_areADiagnosticAtLoad(String options, String said) {
    var bad = InetdServer.check(InetdConfig.parse("c", "1 stream tcp nowait root internal auth " + options + "\n"));
    assertThat(bad.diagnostics()).singleElement().asString().contains(said, "expected");
  }

  @Test
  void fakeId_ofAUser_isItsFirstWord() throws Exception {
    var user = reader();
    assertThat(FakeId.of(user, false)).as("no file").isEmpty();
    fakeId(" \tsome-body  else\nmore\n");
    assertThat(FakeId.of(user, false)).hasValue("some-body");
    fakeId("x".repeat(5_000));
    assertThat(FakeId.of(user, false)).hasValue("x".repeat(32));
    fakeId("\n");
    assertThat(FakeId.of(user, false)).isEmpty();
    fakeId("root\n");
    assertThat(FakeId.of(user, false)).as("another's name").isEmpty();
    assertThat(FakeId.of(user, true)).hasValue("root");
    fakeId("0\n");
    assertThat(FakeId.of(user, false)).as("another's uid").isEmpty();
  }

  @Test
  void fakeId_noRegularFile_isNone() throws Exception {
    var user = reader();
    var file = home.resolve(".fakeid");
    Files.createDirectory(file);
    assertThat(FakeId.of(user, false)).isEmpty();
    Files.delete(file);
    Programs.require("/usr/bin/mkfifo");
    assertThat(Programs.run(home, "/usr/bin/mkfifo", file.toString())).isEmpty();
    assertThat(FakeId.of(user, false)).isEmpty();
  }

  @Test
  void fakeId_linkToWhatTheUserMayNotRead_isNone() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "another user needs root");
    var secret = Files.writeString(home.resolve("secret"), "secret\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Files.createSymbolicLink(home.resolve(".fakeid"), secret);
    assertThat(FakeId.of(reader(), false)).isEmpty();
  }

  @Test
  void fakeId_serverCannotBeTheUser_fails() {
    assumeTrue(Credentials.effectiveUid() == 0, "needs a user that is none");
    var none = new Credentials.User("no-such-user", 4_000_000, 4_000_000, home.toString(), "", true);
    assertThatThrownBy(() -> FakeId.of(none, false)).isInstanceOf(IOException.class);
  }

  /** Another user where there can be one, whose home is ours. */
  private Credentials.User reader() {
    var user = Credentials.effectiveUid() == 0 ? Credentials.user("nobody").orElseThrow() : SELF;
    return new Credentials.User(user.name(), user.uid(), user.gid(), home.toString(), user.shell(), true);
  }

  private void fakeId(String text) throws Exception {
    var file = Files.writeString(home.resolve(".fakeid"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
