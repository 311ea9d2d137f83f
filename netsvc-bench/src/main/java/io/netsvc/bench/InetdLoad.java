package io.netsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** What clients do with a service, and how each server is told of it. */
enum InetdLoad {
  /** A program for each connection, with no checks. */
  PROGRAM("runs a program as nobody"),
  /** The same with every check that the server has, none of which refuses. */
  CHECKED("runs a program as nobody, with every check on"),
  /** The echo that the server has itself. */
  ECHO("built-in echo: connect, five bytes there and back, close");

  private static final byte[] FIVE = {'h', 'e', 'l', 'l', 'o'};

  private final String title;

  InetdLoad(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Has one connection, from its connect to its close. */
  void connectOnce(int port) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
      socket.setSoTimeout(5_000);
      if (this == ECHO) {
        socket.getOutputStream().write(FIVE);
        if (socket.getInputStream().readNBytes(FIVE.length).length < FIVE.length) {
          throw new IOException("not all came back");
        }
      } else if (socket.getInputStream().read() != -1) {
        throw new IOException("got a byte from " + Program.PATH);
      }
    }
  }

  /** {@return an entry of inetd.conf; an internal name must be one that the services file has} */
  String classic(int port, String wait) {
    return this == ECHO
        ? "127.0.0.1:echo stream tcp " + wait + " root internal\n"
        : "127.0.0.1:" + port + " stream tcp " + wait + " nobody " + Program.PATH + " true\n";
  }

  /** {@return a section of xinetd.conf, which both xinetd and netsvc read} */
  String section(int port) {
    return """
        service %s
        {
          type = %sUNLISTED
          socket_type = stream
          protocol = tcp
          bind = 127.0.0.1
          port = %d
          wait = no
          user = %s
          %s
          log_type = FILE /dev/null
        }
        """
        .formatted(
            this == ECHO ? "echo" : "true",
            this == ECHO ? "INTERNAL " : "",
            port,
            this == ECHO ? "root" : "nobody",
            this == ECHO ? checks() : "server = " + Program.PATH + "\n  " + checks());
  }

  private String checks() {
    return this == CHECKED
        ? """
          instances = 1000000
            per_source = 1000000
            cps = 1000000 1
            max_load = 10000
            only_from = 127.0.0.0/8 10.0.0.0/8 192.168.0.0/16
            no_access = 127.0.0.2 10.1.2.3
            access_times = 00:00-12:00 12:00-23:59"""
        : """
          instances = UNLIMITED
            per_source = UNLIMITED
            cps = 0 0""";
  }
}
