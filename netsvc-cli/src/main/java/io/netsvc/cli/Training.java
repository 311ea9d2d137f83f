package io.netsvc.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Runs what is run most, and shows nothing of it: for the launcher, whose AOT cache keeps what the JVM
 * has loaded and linked for this. Nothing here may listen or change anything; port 1 of this machine is asked and refuses.
 */
final class Training {
  private static final List<String> LINES =
      List.of(
          "services 443",
          "services https/tcp nowhere",
          "services --iana 65535/udp",
          "ss",
          "ss -lntp",
          "ss -tulpn",
          "ss -xaemo",
          "ss -s",
          "ss -l --json",
          "ss --no-such-option",
          "inetd --help",
          "ctl --help",
          "relay --help",
          "nc --help",
          "nc -z 127.0.0.1 1",
          "--help",
          "--version");

  private Training() {}

  public static void main(String[] args) throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual().start(() -> greet(server));
      LINES.forEach(Training::run);
      run("nc -d 127.0.0.1 " + server.getLocalPort()); // to its end, so that a relay is learnt, too
    }
    System.exit(0); // whatever they say, and as the command ends
  }

  private static void run(String line) {
    var words = line.split(" ");
    Main.commandLine(words)
        .setOut(new PrintWriter(Writer.nullWriter()))
        .setErr(new PrintWriter(Writer.nullWriter()))
        .execute(words);
  }

  private static void greet(ServerSocket server) {
    try (var client = server.accept()) {
      client.getOutputStream().write('\n');
    } catch (IOException e) {
      // Then the cache has less in it.
    }
  }
}
