package io.netsvc.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netsvc.cli.NcProcesses.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many clients of one nc, which get what the others send. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NcBrokerTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir private Path directory;
  @SuppressWarnings("NullAway.Init") private NcProcesses processes;

  @BeforeEach
  void begin() {
    processes = new NcProcesses(directory);
  }

  @AfterEach
  void end() throws InterruptedException {
    processes.end();
  }

  private Run broker(int port, String... options) throws Exception {
    var all = new ArrayList<>(List.of("-lvd"));
    all.addAll(List.of(options));
    all.addAll(List.of("127.0.0.1", String.valueOf(port)));
    var nc = processes.nc("nc", NcProcesses.nothing(), all.toArray(new String[0]));
    nc.awaits("Listening on ");
    return nc;
  }

  /** Waits until so many clients have come. */
  private static void awaitClients(Run nc, int count) throws Exception {
    while (nc.said().lines().filter(line -> line.startsWith("Connection received")).count() < count) {
      assertThat(nc.process().isAlive()).as(nc.said()).isTrue();
      Thread.onSpinWait();
    }
  }

  /** Clients of ncat, of ours, and plain ones: 20 together. */
  @ParameterizedTest
  @CsvSource({"''", "--ssl"})
  void broker_gives20ClientsWhatEachSends(String ssl) throws Exception {
    NcProcesses.need("ncat");
    int port = InetdProcess.freePort();
    var nc = ssl.isEmpty() ? broker(port, "--broker") : broker(port, "--broker", ssl);
    var clients = new ArrayList<Process>();
    for (int i = 0; i < 20; i++) {
      var command = i < 3 ? InetdProcess.command("nc") : new ArrayList<>(List.of("ncat"));
      if (!ssl.isEmpty()) {
        command.add(ssl);
      }
      command.addAll(List.of("127.0.0.1", String.valueOf(port)));
      clients.add(processes.open(command));
    }
    awaitClients(nc, 20);
    for (var sender : List.of(clients.getFirst(), clients.get(10), clients.getLast())) {
      joined(clients, sender);
    }
  }

  /** Sends a line until all others have had it once. */
  private static void joined(List<Process> clients, Process sender) throws Exception {
    var line = "from " + sender.pid();
    var all = new ArrayList<CompletableFuture<Boolean>>();
    for (var client : clients) {
      if (client.pid() != sender.pid()) {
        all.add(
            CompletableFuture.supplyAsync(
                () -> client.inputReader().lines().anyMatch(line::equals),
                task -> Thread.ofVirtual().start(task)));
      }
    }
    var had = CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    do { // again while somebody was not there yet
      sender.getOutputStream().write((line + '\n').getBytes(UTF_8));
      sender.getOutputStream().flush();
    } while (!isSoon(had));
    assertThat(all).allMatch(each -> each.getNow(false));
  }

  private static boolean isSoon(CompletableFuture<?> had) throws Exception {
    try {
      had.get(300, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Test
  void chat_saysWhoseALineIs_asNcatDoes() throws Exception {
    int port = InetdProcess.freePort();
    var nc = broker(port, "--chat");
    try (var first = new Socket(LOOPBACK, port)) {
      var in = first.getInputStream();
      assertThat(line(in)).isEqualTo("<announce> 127.0.0.1 is connected as <user1>.");
      assertThat(line(in)).isEqualTo("<announce> already connected: nobody.");
      try (var second = new Socket(LOOPBACK, port)) {
        assertThat(line(second.getInputStream()))
            .isEqualTo("<announce> 127.0.0.1 is connected as <user2>.");
        assertThat(line(second.getInputStream()))
            .isEqualTo("<announce> already connected: 127.0.0.1 as <user1>.");
        assertThat(line(in)).isEqualTo("<announce> 127.0.0.1 is connected as <user2>.");
        assertThat(line(in)).contains("already connected");
        second
            .getOutputStream()
            .write("hi\7\33[1m\t\u00e4\r\nsecond\nrest".getBytes(ISO_8859_1));
        assertThat(line(in)).isEqualTo("<user2> hi\\007\\033[1m\t\\344\r");
        assertThat(line(in)).isEqualTo("<user2> second");
        second.shutdownOutput();
        assertThat(line(in)).isEqualTo("<user2> rest");
        assertThat(line(in)).isEqualTo("<announce> <user2> is disconnected.");
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
    }
    assertThat(nc.process().isAlive()).isTrue();
  }

  private static String line(InputStream in) throws Exception {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      assertThat(b).as("after %s", line).isNotNegative();
      line.append((char) b);
    }
    return line.toString();
  }

  @Test
  void slowClient_isDropped_andTheOthersGetAll() throws Exception {
    int port = InetdProcess.freePort();
    var nc = broker(port, "--broker");
    var bytes = new byte[16 << 20];
    new Random(3).nextBytes(bytes);
    try (var slow = new Socket();
        var quick = new Socket(LOOPBACK, port);
        var sender = new Socket(LOOPBACK, port)) {
      slow.setReceiveBufferSize(4096);
      slow.connect(new InetSocketAddress(LOOPBACK, port));
      awaitClients(nc, 3);
      awaitJoined(sender, slow);
      awaitJoined(sender, quick);
      sender.getOutputStream().write('\n');
      assertThat(line(quick.getInputStream())).matches("x*");
      var writing = Thread.ofVirtual().start(() -> write(sender, bytes));
      assertThat(quick.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
      writing.join();
      nc.awaits("does not take its bytes: dropped");
      assertThat(nc.said().lines().filter(line -> line.contains("dropped")))
          .containsExactly(
              "nc: 127.0.0.1 " + slow.getLocalPort() + " does not take its bytes: dropped");
    }
  }

  /** Sends until a client gets something: it is said to have come before it has joined. */
  private static void awaitJoined(Socket sender, Socket client) throws Exception {
    client.setSoTimeout(200);
    while (true) {
      sender.getOutputStream().write('x');
      try {
        assertThat(client.getInputStream().read()).isEqualTo('x');
        client.setSoTimeout(0);
        return;
      } catch (SocketTimeoutException e) {
        // Not yet.
      }
    }
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void broker_keepsTheRules() throws Exception {
    int port = InetdProcess.freePort();
    broker(port, "--broker", "--deny", "127.0.0.2", "--max-conns", "1");
    try (var first = new Socket(LOOPBACK, port);
        var denied = new Socket(LOOPBACK, port, InetAddress.ofLiteral("127.0.0.2"), 0);
        var second = new Socket(LOOPBACK, port)) {
      second.getOutputStream().write("hello".getBytes(UTF_8));
      first.setSoTimeout(300);
      assertThat(catchThrowable(first.getInputStream()::read))
          .isInstanceOf(SocketTimeoutException.class);
      first.shutdownOutput(); // makes room
      denied.setSoTimeout(20_000);
      assertThat(catchThrowable(denied.getInputStream()::read))
          .hasMessageContaining("reset");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--broker localhost 1|--broker and --chat need -l, and no -u",
        "--chat -lu 1|--broker and --chat need -l, and no -u",
        "--chat -l --exec cat 1|--broker and --chat cannot be used with a program or -t",
        "--broker -l -w 1 1|--broker and --chat are without -w, -q, -W, --progress and dumps",
      })
  void misuse_saysInOneLineWhat(String line, String message) {
    var err = new StringWriter();
    var words = ("nc " + line).split(" ");
    int status =
        Main.commandLine(words)
            .setErr(new PrintWriter(err, true))
            .setOut(new PrintWriter(new StringWriter()))
            .execute(words);
    assertThat(status).isEqualTo(1);
    assertThat(err.toString()).startsWith("netsvc: " + message).doesNotContain("\tat ");
  }
}
