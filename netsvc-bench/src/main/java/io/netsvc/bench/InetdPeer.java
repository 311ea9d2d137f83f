package io.netsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server of its own process on a loopback port, with one service: {@code stream tcp nowait nobody}
 * running /bin/true, with limits out of the way.
 */
final class InetdPeer implements AutoCloseable {
  private static final int READY_TRIES = 200;
  private static final long READY_MILLIS = 50;
  private static final long STOP_SECONDS = 5;

  final Samples rate = new Samples();
  final Samples cpuMillis = new Samples();
  private final Process process;
  private final int port;

  private InetdPeer(int port, List<String> command) throws IOException {
    this.port = port;
    this.process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // after a Ctrl-C, too
  }

  /** Starts this library's server in a JVM of its own. */
  static Optional<InetdPeer> netsvc(Path directory, Path jar) throws IOException {
    int port = freePort();
    var file = classic(directory.resolve("netsvc.conf"), "127.0.0.1:" + port, "nowait");
    var java = ProcessHandle.current().info().command().orElseThrow();
    return ready(
        new InetdPeer(
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

  /** Starts openbsd-inetd, if the program is there. */
  static Optional<InetdPeer> openbsd(Path directory, Path program) throws IOException {
    if (!Files.isExecutable(program)) {
      return Optional.empty();
    }
    int port = freePort();
    var file = classic(directory.resolve("openbsd.conf"), "127.0.0.1:" + port, "nowait.10000000");
    return ready(
        new InetdPeer(port, List.of(program.toString(), "-i", "-R", "10000000", file.toString())));
  }

  private static Path classic(Path file, String address, String wait) throws IOException {
    return Files.writeString(file, address + " stream tcp " + wait + " nobody " + Program.PATH + " true\n");
  }

  /** Starts xinetd, if the program is there. */
  static Optional<InetdPeer> xinetd(Path directory, Path program) throws IOException {
    if (!Files.isExecutable(program)) {
      return Optional.empty();
    }
    int port = freePort();
    var file =
        Files.writeString(
            directory.resolve("xinetd.conf"),
            """
            service true
            {
              type = UNLISTED
              socket_type = stream
              protocol = tcp
              bind = 127.0.0.1
              port = %d
              wait = no
              user = nobody
              server = %s
              instances = UNLIMITED
              per_source = UNLIMITED
              cps = 0 0
              log_type = FILE /dev/null
            }
            """
                .formatted(port, Program.PATH));
    return ready(
        new InetdPeer(
            port,
            List.of(
                program.toString(),
                "-dontfork",
                "-f",
                file.toString(),
                "-pidfile",
                directory.resolve("xinetd.pid").toString())));
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

  /** Connects, reads to the end, and closes. */
  void connectOnce() throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
      socket.setSoTimeout(5_000);
      if (socket.getInputStream().read() != -1) {
        throw new IOException("got a byte from " + Program.PATH);
      }
    }
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
