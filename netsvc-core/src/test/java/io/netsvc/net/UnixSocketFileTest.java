package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Fd;
import io.netsvc.linux.SocketFile;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener's file appears with its mode, replaces only what is dead, and goes when it goes. */
@Timeout(30)
class UnixSocketFileTest {
  @TempDir private Path directory;
  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = directory.resolve("socket");
  }

  private SocketAddress address() {
    return UnixDomainSocketAddress.of(path);
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & 07777;
  }

  /** A file whose socket is closed. */
  private void leaveStale() throws IOException {
    try (var old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      old.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void open_overAStaleSocket_replacesIt(Contract on) throws Exception {
    leaveStale();
    try (var listener = on.listen(address(), o -> o);
        var _ = Contract.connect(listener);
        var connection = listener.accept()) {
      assertThat(connection.isOpen()).isTrue();
    }
    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void open_overALiveSocket_failsAndLeavesIt(Contract on) throws Exception {
    try (var live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      live.bind(UnixDomainSocketAddress.of(path), 1);
      for (int i = 0; i < 5; i++) { // also once its backlog is full
        assertThatThrownBy(() -> on.listen(address(), o -> o))
            .isInstanceOf(BindFailedException.class)
            .hasMessageStartingWith("bind " + path + ": Address already in use");
      }
      assertThat(path).exists();
      assertThat(live.accept().isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void open_overAnotherFile_failsAndLeavesIt(Contract on) throws Exception {
    Files.writeString(path, "data");
    assertThatThrownBy(() -> on.listen(address(), o -> o)).isInstanceOf(BindFailedException.class);
    assertThat(path).hasContent("data");
    Files.delete(path);
    Files.createSymbolicLink(path, directory.resolve("elsewhere"));
    assertThatThrownBy(() -> on.listen(address(), o -> o)).isInstanceOf(BindFailedException.class);
    assertThat(path).isSymbolicLink();
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void close_whenTheFileIsAnothers_leavesIt(Contract on) throws Exception {
    var first = on.listen(address(), o -> o);
    Files.delete(path);
    try (var second = on.listen(address(), o -> o)) {
      first.close();
      try (var _ = Contract.connect(second);
          var connection = second.accept()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
    assertThat(path).doesNotExist();
    first.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void close_whenTheFileIsGone_closes(Contract on) throws Exception {
    try (var _ = on.listen(address(), o -> o)) {
      Files.delete(path);
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void port_isBoundAndClosed_replacesTheStaleAndLeavesNothing() throws Exception {
    leaveStale();
    try (var port = Contract.LINUX_UNIX.port(address(), o -> o)) {
      assertThat(port.localAddress()).isEqualTo(address());
      assertThatThrownBy(() -> Contract.LINUX_UNIX.port(address(), o -> o))
          .isInstanceOf(BindFailedException.class);
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void open_bySeveralOverAStaleSocket_isOnesAlone() throws Exception {
    int count = 8;
    try (var threads = Executors.newFixedThreadPool(count)) {
      for (int round = 0; round < 20; round++) {
        leaveStale();
        List<Callable<Listener>> opening = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          opening.add(() -> Contract.LINUX_UNIX.listen(address(), o -> o));
        }
        var open = new ArrayList<Listener>();
        for (Future<Listener> each : threads.invokeAll(opening)) {
          try {
            open.add(each.get());
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(BindFailedException.class);
          }
        }
        assertThat(open).hasSize(1);
        open.getFirst().close();
        assertThat(path).doesNotExist();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0600, 0660, 0777, 0666})
  void withUnixMode_isTheFilesMode(int mode) throws Exception {
    try (var _ = Contract.LINUX_UNIX.listen(address(), o -> o.withUnixMode(mode))) {
      assertThat(mode(path)).isEqualTo(mode);
    }
  }

  @Test
  void withUnixMode_whenTheFileAppears_allowsNoMore() throws Exception {
    var appeared = new AtomicInteger(-1);
    var setup =
        new Sockets.Setup() {
          @Override
          public void opened(Fd fd) throws IOException {
            SocketFile.modeBeforeBind(fd, 0640);
          }

          @Override
          public void bound(Fd fd) throws IOException {
            appeared.set(mode(path));
          }
        };
    Sockets.listen(address(), 1, Sockets.Kind.STREAM, setup).close();
    assertThat(appeared.get() & ~0640).isZero();
  }

  @Test
  void withUnixOwner_isTheFilesOwner() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "only root may give files away");
    try (var _ =
        Contract.LINUX_UNIX.listen(
            address(), o -> o.withUnixOwner("nobody", "12345").withUnixMode(0600))) {
      assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(65_534);
      assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(12_345);
      assertThat(mode(path)).isEqualTo(0600);
    }
  }

  @Test
  void withUnixOwner_unknown_leavesNeitherFileNorSocket() throws Exception {
    var before = Contract.sockets();
    assertThatThrownBy(
            () -> Contract.LINUX_UNIX.listen(address(), o -> o.withUnixOwner("no-such", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no such user: no-such");
    assertThatThrownBy(
            () -> Contract.LINUX_UNIX.listen(address(), o -> o.withUnixOwner("0", "no-such")))
        .hasMessage("no such group: no-such");
    assertThat(path).doesNotExist();
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @Test
  void withUnixMode_onNio_isRefused() {
    assertThatThrownBy(() -> Contract.NIO_UNIX.listen(address(), o -> o.withUnixMode(0600)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("the mode or owner of a Unix socket, " + path);
    assertThat(path).doesNotExist();
  }

  @Test
  void withUnixMode_outOfRange_isRefused() {
    assertThatThrownBy(() -> ListenSettings.DEFAULTS.withUnixMode(01777))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Unix mode out of range: 01777");
  }
}
