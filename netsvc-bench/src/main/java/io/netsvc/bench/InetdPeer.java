package io.netsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A server of its own process on a loopback port, with one service, and limits out of the way. */
final class InetdPeer implements AutoCloseable {
  private static final int READY_TRIES = 200;
  private static final long READY_MILLIS = 50;
  private static final long STOP_SECONDS = 5;
  private static final int ECHO_PORT = 7;

  final Samples rate = new Samples();
  final Samples cpuMillis = new Samples();
  private final Process process;
  private final InetdLoad load;
  private final int port;

  private InetdPeer(InetdLoad load, int port, List<String> command) throws IOException {
    this.load = load;
    this.port = port;
    this.process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // after a Ctrl-C, too
  }

  /** Starts this library's server in a JVM of its own. */
  static Optional<InetdPeer> netsvc(InetdLoad load, Path directory, Path jar) throws IOException {
    int port = freePort();
    var file = Files.writeString(directory.resolve("netsvc.conf"), load.section(port));
    var java = ProcessHandle.current().info().command().orElseThrow();
    return ready(
        new InetdPeer(
            load,
            port,
            List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                jar.toString(),
                InetdServe.class.getName(),
                file.toString())));
  }

  /** Starts openbsd-inetd, if the program is there; its echo has no port but its own. */
  static Optional<InetdPeer> openbsd(InetdLoad load, Path directory, Path program)
      throws IOException {
    if (!Files.isExecutable(program) || (load == InetdLoad.ECHO && !isFree(ECHO_PORT))) {
      return Optional.empty();
    }
    int port = load == InetdLoad.ECHO ? ECHO_PORT : freePort();
    var file =
        Files.writeString(directory.resolve("openbsd.conf"), load.classic(port, "nowait.10000000"));
    return ready(
        new InetdPeer(
            load, port, List.of(program.toString(), "-i", "-R", "10000000", file.toString())));
  }

  /** Starts xinetd, if the program is there. */
  static Optional<InetdPeer> xinetd(InetdLoad load, Path directory, Path program)
      throws IOException {
    if (!Files.isExecutable(program)) {
      return Optional.empty();
    }
    int port = freePort();
    var file = Files.writeString(directory.resolve("xinetd.conf"), load.section(port));
    return ready(
        new InetdPeer(
            load,
            port,
            List.of(
                program.toString(),
                "-dontfork",
                "-f",
                file.toString(),
                "-pidfile",
                directory.resolve("xinetd.pid").toString())));
  }

  private static boolean isFree(int port) {
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Optional<InetdPeer> ready(InetdPeer peer) throws IOException {
    for (int i = 0; i < READY_TRIES && peer.process.isAlive(); i++) {
      try {
        peer.connectOnce();
        return Optional.of(peer);
      } catch (IOException e) {
        pause(peer); // not listening yet
      }
    }
    peer.close();
    throw new IOException("does not serve: " + peer.process.info().commandLine().orElse("ended"));
  }

  private static void pause(InetdPeer peer) {
    try {
      peer.process.waitFor(READY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has one connection. */
  void connectOnce() throws IOException {
    load.connectOnce(port);
  }

  /** {@return what the server and its ended programs have used} */
  ProcStat stat() throws IOException {
    return ProcStat.of(Long.toString(process.pid()));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
