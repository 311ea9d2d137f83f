package io.netsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the contestants are started, each with one thread that relays. */
final class RelayPeers {
  static final String DIRECT = "direct";
  static final String REFERENCE = "HAProxy";
  static final String SOCAT = "socat";

  private static final List<String> PROGRAMS =
      List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin");

  private final Path jar;
  private final Path directory;
  private final int upstream;

  /**
   * Relays to this port of the loopback address.
   *
   * @param jar this program
   * @param directory for their settings
   */
  RelayPeers(Path jar, Path directory, int upstream) {
    this.jar = jar;
    this.directory = directory;
    this.upstream = upstream;
  }

  /** How one is started. */
  @FunctionalInterface
  interface Start {
    RelayPeer start() throws IOException;
  }

  /** {@return all of them by name, in the order of the tables} */
  Map<String, Start> all() {
    var all = new LinkedHashMap<String, Start>();
    all.put(DIRECT, () -> RelayPeer.direct(upstream));
    all.put("netsvc", () -> netsvc("linux", true));
    all.put("netsvc, epoll", () -> netsvc("linux", false));
    all.put("netsvc, nio", () -> netsvc("nio", false));
    all.put(REFERENCE, this::haproxy);
    all.put("nginx stream", this::nginx);
    all.put(SOCAT, this::socat);
    all.put("netty epoll", () -> netty("epoll"));
    all.put("netty io_uring", () -> netty("io_uring"));
    all.put("netty nio", () -> netty("nio"));
    return all;
  }

  private RelayPeer netsvc(String transport, boolean ring) throws IOException {
    var peer =
        java(
            RelayServe.class,
            List.of(
                "-Dio.netsvc.transport=" + transport,
                "-Dio.netsvc.uring=" + ring,
                "-Dio.netsvc.loops=1"),
            List.of());
    if (ring && !Rings.seen(Long.toString(peer.pid()))) {
      System.err.println("bench: netsvc: no io_uring here, so it is by epoll");
    }
    return peer;
  }

  /** Netty with the memory access that it is fastest with, which JDK 25 takes a flag to allow. */
  private RelayPeer netty(String transport) throws IOException {
    return java(NettyServe.class, List.of("-Dio.netty.noUnsafe=false"), List.of(transport));
  }

  private RelayPeer java(Class<?> main, List<String> flags, List<String> arguments)
      throws IOException {
    int port = RelayPeer.freePort();
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("-Xmx256m");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(flags);
    command.addAll(List.of("-cp", jar.toString(), main.getName()));
    command.addAll(List.of(Integer.toString(port), Integer.toString(upstream)));
    command.addAll(arguments);
    return RelayPeer.started(port, command);
  }

  /** In TCP mode, with splice where it pays. */
  private RelayPeer haproxy() throws IOException {
    int port = RelayPeer.freePort();
    var file =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            global
              nbthread 1
              maxconn 5000
            defaults
              mode tcp
              maxconn 5000
              option splice-auto
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            listen relay
              bind 127.0.0.1:%d backlog 4096
              server upstream 127.0.0.1:%d
            """
                .formatted(port, upstream));
    return installed("haproxy", port, List.of("-f", file.toString()));
  }

  /** Its stream module, with one worker. */
  private RelayPeer nginx() throws IOException {
    int port = RelayPeer.freePort();
    var module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
    if (!Files.exists(module)) {
      throw new IOException("not installed");
    }
    var file =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            load_module %s;
            daemon off;
            master_process off;
            pid %s/nginx.pid;
            error_log stderr crit;
            events { worker_connections 10000; }
            stream {
              server { listen 127.0.0.1:%d backlog=4096; proxy_pass 127.0.0.1:%d; proxy_half_close on; }
            }
            """
                .formatted(module, directory, port, upstream));
    return installed("nginx", port, List.of("-c", file.toString()));
  }

  /** A process for each connection. */
  private RelayPeer socat() throws IOException {
    int port = RelayPeer.freePort();
    return installed(
        "socat",
        port,
        List.of(
            "-t60",
            "TCP-LISTEN:" + port + ",bind=127.0.0.1,reuseaddr,fork,backlog=4096",
            "TCP:127.0.0.1:" + upstream));
  }

  private static RelayPeer installed(String program, int port, List<String> arguments)
      throws IOException {
    for (var directory : PROGRAMS) {
      var path = Path.of(directory, program);
      if (Files.isExecutable(path)) {
        var command = new ArrayList<>(List.of(path.toString()));
        command.addAll(arguments);
        return RelayPeer.started(port, command);
      }
    }
    throw new IOException("not installed");
  }
}
