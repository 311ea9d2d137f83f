package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.LinuxException;
import io.netsvc.net.BindFailedException.Reason;
import io.netsvc.process.ChildFd;
import io.netsvc.process.Jvm;
import io.netsvc.process.ProcessSpawner;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the transport and the kind of socket, a failed bind says of what, and why. */
@Timeout(60)
class BindFailedTest {
  private static final List<Contract> TRANSPORTS = List.of(Contract.LINUX_IPV4, Contract.NIO_IPV4);

  /** The JDK keeps a socket of its own from the first close on. */
  @BeforeAll
  static void closeOne() throws IOException {
    Contract.NIO_IPV4.listen().close();
    Contract.NIO_IPV4.port().close();
  }

  /** The failure, of which an open socket is none. */
  private static BindFailedException failure(Callable<? extends AutoCloseable> open) {
    var failure = catchThrowableOfType(BindFailedException.class, () -> open.call().close());
    assertThat(failure).as("opened").isNotNull();
    return failure;
  }

  private static void check(
      BindFailedException failure,
      SocketAddress address,
      boolean datagram,
      Reason reason,
      Contract on) {
    assertThat(failure.address()).isEqualTo(address);
    assertThat(failure.isDatagram()).isEqualTo(datagram);
    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure)
        .hasMessageStartingWith("bind " + AddressText.of(address) + ": ")
        .hasCauseInstanceOf(on.linux() ? LinuxException.class : IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void listen_whereOneListens_isInUse(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var before = Contract.sockets();
      var address = listener.localAddress();
      var failure = failure(() -> on.listen(address, o -> o));
      check(failure, address, false, Reason.ADDRESS_IN_USE, on);
      assertThat(failure)
          .hasMessage(
              "bind %s: Address already in use%s"
                  .formatted(AddressText.of(address), on.linux() ? " (EADDRINUSE)" : ""));
      assertThat(Contract.sockets()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NIO_UNIX", mode = EnumSource.Mode.EXCLUDE)
  void port_whereOneIs_isInUse(Contract on) throws Exception {
    try (var port = on.port()) {
      var before = Contract.sockets();
      var failure = failure(() -> on.port(port.localAddress(), o -> o));
      check(failure, port.localAddress(), true, Reason.ADDRESS_IN_USE, on);
      assertThat(Contract.sockets()).isEqualTo(before);
    }
  }

  @Test
  void abstractName_whereOneListens_isInUse() throws Exception {
    var on = Contract.LINUX_UNIX;
    var name = UnixDomainSocketAddress.of("@netsvc-bind-" + ProcessHandle.current().pid());
    try (var _ = on.listen(name, o -> o)) {
      check(failure(() -> on.listen(name, o -> o)), name, false, Reason.ADDRESS_IN_USE, on);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void open_atAnAddressOfAnothers_isNotLocal(Contract on) throws Exception {
    boolean four = on == Contract.LINUX_IPV4 || on == Contract.NIO_IPV4;
    var address =
        new InetSocketAddress(InetAddress.ofLiteral(four ? "192.0.2.1" : "2001:db8::1"), 39_999);
    var before = Contract.sockets();
    for (var failure :
        List.of(
            failure(() -> on.listen(address, o -> o)), failure(() -> on.port(address, o -> o)))) {
      check(failure, address, failure.isDatagram(), Reason.ADDRESS_NOT_LOCAL, on);
      assertThat(failure)
          .hasMessageStartingWith(
              "bind %s:39999: Cannot assign requested address"
                  .formatted(four ? "192.0.2.1" : "[2001:db8::1]"));
    }
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX_UNIX, no-such/s, No such file or directory",
    "NIO_UNIX, no-such/s, No such file or directory",
    "LINUX_UNIX, file/s, Not a directory",
    "NIO_UNIX, file/s, Not a directory"
  })
  void listen_whereNoFileCanBe_isOther(
      Contract on, String name, String text, @TempDir Path directory) throws Exception {
    Files.createFile(directory.resolve("file"));
    var address = UnixDomainSocketAddress.of(directory.resolve(name));
    var failure = failure(() -> on.listen(address, o -> o));
    check(failure, address, false, Reason.OTHER, on);
    assertThat(failure).hasMessageContaining(text);
  }

  @Test
  void open_aPrivilegedPort_asPlainUser_isNotPermittedAndHints(@TempDir Path directory)
      throws Exception {
    int first =
        Integer.parseInt(
            Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
                .getFirst());
    assumeTrue(first > 1, "every port is everyone's here");
    int port = first - 1;
    var hint = "Permission denied%s; ports below " + first + " need root or CAP_NET_BIND_SERVICE\n";
    var lines = new StringBuilder();
    for (var errno : List.of(" (EACCES)", "")) {
      var because = hint.formatted(errno);
      lines.append("NOT_PERMITTED false bind 127.0.0.1:" + port + ": " + because);
      lines.append("NOT_PERMITTED true bind [::1]:" + port + ": " + because);
      // Where the families cannot be kept apart, one socket is both.
      var all = errno.isEmpty() ? "[::]:" : "0.0.0.0:";
      lines.append("NOT_PERMITTED false bind " + all + port + ": " + because);
    }
    assertThat(asPlainUser(directory, "127.0.0.1:" + port, "udp://[::1]:" + port, "*:" + port))
        .isEqualTo(lines.toString());
  }

  @Test
  void open_inAnothersDirectory_asPlainUser_isNotPermitted(@TempDir Path directory)
      throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root, to become nobody");
    Files.createDirectory(
        directory.resolve("private"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var dead = directory.resolve("dead");
    try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(dead));
    }
    Files.setPosixFilePermissions(dead, PosixFilePermissions.fromString("rwxrwxrwx"));
    var expected = new StringBuilder();
    for (var errno : List.of(" (EACCES)", "")) {
      for (var name : List.of("new", "private/new")) {
        expected.append(
            "NOT_PERMITTED false bind " + directory + "/" + name + ": Permission denied" + errno);
        expected.append('\n');
      }
      expected.append("NOT_PERMITTED false bind " + dead);
      expected.append(": cannot remove the dead socket there: Permission denied\n");
    }
    var unix = "unix:" + directory;
    assertThat(asPlainUser(directory, unix + "/new", unix + "/private/new", unix + "/dead"))
        .isEqualTo(expected.toString());
  }

  private static String asPlainUser(Path directory, String... endpoints) throws Exception {
    var command = new Jvm(directory).command(Program.class, endpoints);
    if (Credentials.effectiveUid() != 0) {
      return Jvm.output(command);
    }
    var output = ChildFd.pipe();
    var process =
        ProcessSpawner.of(
                Path.of(command.getFirst()), o -> o.withArguments(command).withUser("nobody"))
            .spawn(ChildFd.devNull(), output, output);
    try (var stream = process.stdout()) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.awaitExit();
    }
  }

  /** Opens endpoints over both transports, and says what came of it. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      for (var on : TRANSPORTS) {
        for (var text : arguments) {
          System.out.println(tried(on, Endpoint.parse(text)));
        }
      }
    }

    private static String tried(Contract on, Endpoint endpoint) throws IOException {
      try {
        if (endpoint.scheme().isDatagram()) {
          on.port(endpoint.resolve().getFirst(), o -> o).close();
        } else {
          Listener.open(on.transport(), endpoint, o -> o).close();
        }
        return "was allowed: " + endpoint;
      } catch (BindFailedException e) {
        return e.reason() + " " + e.isDatagram() + " " + e.getMessage();
      }
    }
  }

  @Test
  void exception_isOneOfTheJdks() {
    assertThat(BindFailedException.class).isAssignableTo(BindException.class);
  }
}
