package io.netsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A relay in a process of its own, from one loopback port to another; or none, and no process. */
final class RelayPeer implements AutoCloseable {
  private static final int READY_TRIES = 200;
  private static final long READY_MILLIS = 50;
  private static final long STOP_SECONDS = 5;

  private final int port;
  private final Optional<Process> process;

  private RelayPeer(int port, Optional<Process> process) {
    this.port = port;
    this.process = process;
  }

  /** No relay: clients connect to the server itself. */
  static RelayPeer direct(int upstream) {
    return new RelayPeer(upstream, Optional.empty());
  }

  /**
   * Starts a relay, and waits until it listens.
   *
   * @throws IOException if it does not, with the last line of its standard error
   */
  static RelayPeer started(int port, List<String> command) throws IOException {
    var errors = Files.createTempFile("netsvc-bench", ".err");
    try {
      var process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(errors.toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // after a Ctrl-C, too
      var peer = new RelayPeer(port, Optional.of(process));
      for (int i = 0; i < READY_TRIES && process.isAlive(); i++) {
        try (var _ = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
          return peer;
        } catch (IOException e) {
          peer.pause(); // not listening yet
        }
      }
      peer.close();
      var lines = Files.readAllLines(errors);
      throw new IOException(lines.isEmpty() ? "does not serve" : lines.getLast());
    } finally {
      Files.delete(errors);
    }
  }

  private void pause() {
    try {
      process.orElseThrow().waitFor(READY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** {@return the port of the loopback address that it listens on} */
  int port() {
    return port;
  }

  /** {@return whether it can be loaded} */
  boolean isAlive() {
    return process.isEmpty() || process.orElseThrow().isAlive();
  }

  /** {@return the process id; 0 where there is no process} */
  long pid() {
    return process.map(Process::pid).orElse(0L);
  }

  /** What the relay has used, with the processes it has waited for; 0 where there is none. */
  long cpuNanos() throws IOException {
    return process.isEmpty() ? 0 : ProcStat.of(Long.toString(pid())).cpuNanos();
  }

  @Override
  public void close() {
    process.ifPresent(
        p -> {
          p.destroy();
          try {
            if (!p.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
              p.destroyForcibly().waitFor();
            }
          } catch (InterruptedException e) {
            p.destroyForcibly();
            Thread.currentThread().interrupt();
          }
        });
  }
}
