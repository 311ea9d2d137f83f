package io.netsvc.bench;

import io.netsvc.process.ChildFd;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One netcat sends to another of its kind over loopback, plain and in TLS; and how long each takes
 * to its first byte. Arguments: the launcher, how many MiB go, how many rounds there are, and a
 * folder with cert.pem and key.pem; without these there is no TLS.
 */
final class NcBench {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int STARTS = 4; // for each round
  private static final int SIGKILL = 9;
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private NcBench() {}

  /**
   * Two commands for a shell, with PORT in place of the port.
   *
   * @param listener reads all to its end, and ends
   * @param client sends its standard input
   */
  private record Pair(
      String name, String listener, String client, Samples wall, Samples cpu, Samples start) {
    Pair(String name, String listener, String client) {
      this(name, listener, client, new Samples(), new Samples(), new Samples());
    }

    boolean there() {
      var program = client.substring(0, client.indexOf(' '));
      return program.startsWith("/") || Files.isExecutable(Path.of("/usr/bin", program));
    }
  }

  public static void main(String[] args) throws Exception {
    var netsvc = args[0];
    long mib = Long.parseLong(args[1]);
    int rounds = Integer.parseInt(args[2]);
    System.out.println(Machine.line() + "\n");
    var plain =
        List.of(
            new Pair("netsvc nc", netsvc + " nc -l 127.0.0.1 PORT", netsvc + " nc 127.0.0.1 PORT"),
            new Pair("nc.openbsd", "nc.openbsd -N -l 127.0.0.1 PORT", "nc.openbsd -N 127.0.0.1 PORT"),
            new Pair("ncat", "ncat -l 127.0.0.1 PORT", "ncat 127.0.0.1 PORT"),
            new Pair(
                "socat, -b 65536",
                "socat -b 65536 -u TCP-LISTEN:PORT,bind=127.0.0.1 -",
                "socat -b 65536 -u - TCP:127.0.0.1:PORT"));
    for (int i = 0; i < rounds; i++) {
      for (var pair : plain) {
        if (pair.there()) {
          bulk(pair, mib);
          for (int j = 0; j < STARTS; j++) {
            start(pair);
          }
        }
      }
    }
    print("Bulk: " + mib + " MiB through two of a kind over loopback, " + rounds + " rounds", plain, mib);
    printStarts(plain, rounds * STARTS);
    if (args.length > 3) {
      tls(netsvc, mib, rounds, Path.of(args[3]));
    }
  }

  private static void tls(String netsvc, long mib, int rounds, Path keys) throws Exception {
    var cert = keys.resolve("cert.pem");
    var key = keys.resolve("key.pem");
    var encrypted =
        List.of(
            new Pair(
                "netsvc nc --ssl",
                netsvc + " nc --ssl --ssl-cert " + cert + " --ssl-key " + key + " -l 127.0.0.1 PORT",
                netsvc + " nc --ssl 127.0.0.1 PORT"),
            new Pair(
                "socat OPENSSL",
                "socat -u OPENSSL-LISTEN:PORT,bind=127.0.0.1,verify=0,cert=" + cert + ",key=" + key + " -",
                "socat -u - OPENSSL:127.0.0.1:PORT,verify=0"),
            new Pair(
                "socat OPENSSL, -b 65536",
                "socat -b 65536 -u OPENSSL-LISTEN:PORT,bind=127.0.0.1,verify=0,cert=" + cert + ",key=" + key + " -",
                "socat -b 65536 -u - OPENSSL:127.0.0.1:PORT,verify=0"));
    for (int i = 0; i < rounds; i++) {
      for (var pair : encrypted) {
        if (pair.there()) {
          bulk(pair, mib);
        }
      }
    }
    print("TLS: the same, encrypted", encrypted, mib);
  }

  private static void print(String title, List<Pair> pairs, long mib) {
    System.out.println(title);
    var table = new Table("", "MiB/s", "min-max", "CPU s/GiB, both ends", "min-max");
    for (var pair : pairs) {
      var cpu = pair.cpu.scaled(1024.0 / mib);
      table.row(
          pair.name,
          Samples.text("%.0f", pair.wall.median()),
          pair.wall.spread("%.0f"),
          Samples.text("%.2f", cpu.median()),
          cpu.spread("%.2f"));
    }
    table.print();
  }

  private static void printStarts(List<Pair> pairs, int count) {
    System.out.println("First byte: from the client's start until the other end has it, " + count + " runs, ms");
    var table = new Table("", "median", "min-max");
    for (var pair : pairs) {
      table.row(pair.name, Samples.text("%.1f", pair.start.median()), pair.start.spread("%.1f"));
    }
    table.print();
  }

  private static void bulk(Pair pair, long mib) throws Exception {
    int port = freePort();
    var listener = shell("exec " + pair.listener.replace("PORT", Integer.toString(port)));
    try {
      awaitListener(port);
      long begun = System.nanoTime();
      var client =
          shell(
              "head -c %dM /dev/zero | %s"
                  .formatted(mib, pair.client.replace("PORT", Integer.toString(port))));
      try {
        double cpu = ended(client, pair.client) + ended(listener, pair.listener);
        pair.wall.add(mib / ((System.nanoTime() - begun) / 1e9));
        pair.cpu.add(cpu);
      } finally {
        client.signal(SIGKILL);
      }
    } finally {
      listener.signal(SIGKILL);
    }
  }

  private static void start(Pair pair) throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      server.setSoTimeout((int) LIMIT.toMillis());
      long begun = System.nanoTime();
      var client =
          shell("echo x | " + pair.client.replace("PORT", Integer.toString(server.getLocalPort())));
      try (var accepted = server.accept()) {
        if (accepted.getInputStream().read() < 0) {
          throw new IOException(pair.name + " has sent nothing");
        }
        pair.start.add((System.nanoTime() - begun) / 1e6);
      } finally {
        client.awaitExit(LIMIT);
        client.signal(SIGKILL);
      }
    }
  }

  private static SpawnedProcess shell(String command) throws IOException {
    return ProcessSpawner.of(
            Path.of("/bin/sh"),
            o ->
                o.withArguments(List.of("sh", "-c", command))
                    .withEnvironment(System.getenv()))
        .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.inherit(2));
  }

  /** {@return the CPU seconds of a command and those that it has waited for} */
  private static double ended(SpawnedProcess process, String command)
      throws IOException, InterruptedException {
    var status = process.awaitExit(LIMIT).orElse(null);
    if (status instanceof ExitStatus.Exited exited && exited.code() == 0) {
      return exited.userTime().plus(exited.systemTime()).toNanos() / 1e9;
    }
    throw new IOException(command + " failed: " + status);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }

  /** Without connecting: the listener takes one client. */
  private static void awaitListener(int port) throws Exception {
    var line = ":%04X 00000000:0000 0A".formatted(port);
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.readString(Path.of("/proc/net/tcp")).contains(line)) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("nobody listens on port " + port);
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }
}
