package io.netsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A relay in a process of its own, from one loopback port to another; or none, and no process. */
final class RelayPeer implements AutoCloseable {
  private static final int READY_TRIES = 200;
  private static final long READY_MILLIS = 50;

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

  /** This library's relay, on one event loop. */
  static Optional<RelayPeer> netsvc(Path jar, String transport, int upstream) throws IOException {
    int port = freePort();
    var java = ProcessHandle.current().info().command().orElseThrow();
    return started(
        port,
        List.of(
            java,
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.netsvc.transport=" + transport,
            "-Dio.netsvc.loops=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            jar.toString(),
            RelayServe.class.getName(),
            String.valueOf(port),
            String.valueOf(upstream)));
  }

  /** HAProxy in TCP mode, one thread, with splice where it pays. */
  static Optional<RelayPeer> haproxy(Path directory, int upstream) throws IOException {
    int port = freePort();
    var file =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            global
              nbthread 1
              maxconn 4000
            defaults
              mode tcp
              option splice-auto
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            listen relay
              bind 127.0.0.1:%d
              server upstream 127.0.0.1:%d
            """
                .formatted(port, upstream));
    return installed("haproxy", port, List.of("-f", file.toString()));
  }

  /** nginx's stream module, one worker. */
  static Optional<RelayPeer> nginx(Path directory, int upstream) throws IOException {
    int port = freePort();
    var module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
    if (!Files.exists(module)) {
      return Optional.empty();
    }
    var file =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            load_module %s;
            daemon off;
            master_process off;
            pid %s/nginx.pid;
            error_log /dev/null;
            events { worker_connections 8000; }
            stream {
              server { listen 127.0.0.1:%d backlog=4096; proxy_pass 127.0.0.1:%d; proxy_half_close on; }
            }
            """
                .formatted(module, directory, port, upstream));
    return installed("nginx", port, List.of("-c", file.toString()));
  }

  /** socat, a process for each connection. */
  static Optional<RelayPeer> socat(int upstream) throws IOException {
    int port = freePort();
    return installed(
        "socat",
        port,
        List.of(
            "-t60",
            "TCP-LISTEN:" + port + ",bind=127.0.0.1,reuseaddr,fork,backlog=4096",
            "TCP:127.0.0.1:" + upstream));
  }

  private static Optional<RelayPeer> installed(String program, int port, List<String> arguments)
      throws IOException {
    for (var directory : List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")) {
      var path = Path.of(directory, program);
      if (Files.isExecutable(path)) {
        var command = new ArrayList<>(List.of(path.toString()));
        command.addAll(arguments);
        return started(port, command);
      }
    }
    return Optional.empty();
  }

  private static Optional<RelayPeer> started(int port, List<String> command) throws IOException {
    var process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // after a Ctrl-C, too
    var peer = new RelayPeer(port, Optional.of(process));
    for (int i = 0; i < READY_TRIES && process.isAlive(); i++) {
      try (var _ = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
        return Optional.of(peer);
      } catch (IOException e) {
        peer.pause(); // not listening yet
      }
    }
    peer.close();
    throw new IOException("does not serve: " + command);
  }

  private void pause() {
    try {
      process.orElseThrow().waitFor(READY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** {@return the port of the loopback address that it listens on} */
  int port() {
    return port;
  }

  /** What the relay has used, with the processes it has waited for; 0 where there is none. */
  long cpuNanos() throws IOException {
    return process.isEmpty()
        ? 0
        : ProcStat.of(Long.toString(process.orElseThrow().pid())).cpuNanos();
  }

  @Override
  public void close() {
    process.ifPresent(
        p -> {
          p.destroy();
          try {
            if (!p.waitFor(5, TimeUnit.SECONDS)) {
              p.destroyForcibly().waitFor();
            }
          } catch (InterruptedException e) {
            p.destroyForcibly();
            Thread.currentThread().interrupt();
          }
        });
  }
}
