package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reloads in full swing, programs that fail, and clients that come in thousands. */
@Timeout(60)
class HardshipTest {
  private static final long SELF = ProcessHandle.current().pid();

  @TempDir private Path directory;

  private static InetdServer serve(String config) {
    var server =
        InetdServer.start(
            InetdConfig.parse("c", config), o -> o.withKillDelay(Duration.ofMillis(500)));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  private static String entry(int port, String rest) {
    return "127.0.0.1:" + port + ' ' + rest + '\n';
  }

  private static ServiceState state(InetdServer server, int port) {
    return server.services().stream()
        .filter(service -> service.name().startsWith(port + "/"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void reload_whileFiveHundredASecondCome_losesNobody() throws Exception {
    int program = Programs.freePort();
    int internal = Programs.freePort();
    int comesAndGoes = Programs.freePort();
    try (var server = serve(config(program, internal, comesAndGoes, 0));
        var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<String>>();
      var clients =
          Thread.ofPlatform()
              .start(
                  () -> {
                    long next = System.nanoTime();
                    for (int i = 0; i < 600; i++, next += 2_000_000) {
                      boolean toProgram = i % 5 == 0; // programs take longer to start
                      answers.add(
                          pool.submit(
                              () -> toProgram ? Clients.ask(program, "") : Clients.ask(internal, "echo")));
                      LockSupport.parkNanos(next - System.nanoTime());
                    }
                  });
      for (int i = 1; i <= 20; i++) {
        var report = server.reload(InetdConfig.parse("c", config(program, internal, comesAndGoes, i)));
        assertThat(report.diagnostics()).isEmpty();
        assertThat(report.changed()).hasSize(1);
        if (i % 2 == 0) {
          assertThat(Clients.ask(comesAndGoes, "there")).isEqualTo("there");
        } else {
          assertThat(Clients.refuses(comesAndGoes)).isTrue();
        }
        Thread.sleep(50); // for clients to come meanwhile
      }
      clients.join();
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).matches(i % 5 == 0 ? "\\d+\n" : "echo");
      }
      assertThat(state(server, program).accepted()).isEqualTo(120);
      assertThat(state(server, internal).started()).isEqualTo(480);
    }
  }

  /** One entry changes with the odd steps and one with the even ones; the third is there with those. */
  private static String config(int program, int internal, int comesAndGoes, int step) {
    return entry(program, "stream tcp nowait - /bin/echo echo " + (step + 1) / 2)
        + entry(internal, "stream tcp nowait/" + (5_000 + step / 2) + " - internal echo")
        + (step % 2 == 0 ? entry(comesAndGoes, "stream tcp nowait - internal echo") : "");
  }

  @Test
  void crash_atOnceAndAgain_othersNeverNotice() throws Exception {
    int nowait = Programs.freePort();
    int wait = Programs.freePort();
    int well = Programs.freePort();
    var crash = Programs.script(directory.resolve("crash"), "kill -SEGV $$\n");
    try (var log = new Log();
        var server =
            serve(
                entry(nowait, "stream tcp nowait - " + crash)
                    + entry(wait, "stream tcp wait - " + crash)
                    + entry(well, "stream tcp nowait - /bin/cat cat"));
        var _ = Clients.connect(wait)) {
      Programs.await("back-off", () -> log.text().contains("pausing service=" + wait + "/tcp seconds=1"));
      long before = Programs.ticks(SELF);
      for (int i = 0; i < 20; i++) {
        try (var client = Clients.connect(nowait)) {
          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(Clients.ask(well, "well")).isEqualTo("well");
      }
      Programs.await("more of it", () -> log.text().contains("pausing service=" + wait + "/tcp seconds=2"));
      assertThat(Programs.ticks(SELF) - before).as("CPU time, 1/100 s").isLessThan(100);
      assertThat(state(server, wait).started()).isEqualTo(7); // five unpunished, and one after each pause
      assertThat(state(server, wait).state()).isEqualTo(ServiceState.State.BACK_OFF);
      assertThat(state(server, nowait).started()).isEqualTo(20);
      assertThat(state(server, well).failed()).isZero();
    }
  }

  @Test
  void datagram_thatNobodyReads_startsNoStorm() throws Exception {
    int succeeds = Programs.freePort();
    int fails = Programs.freePort();
    int stays = Programs.freePort();
    try (var server =
            serve(
                entry(succeeds, "dgram udp wait - /bin/true true")
                    + entry(fails, "dgram udp wait - /bin/false false")
                    + entry(stays, "dgram udp wait - /bin/sleep sleep 600"));
        var client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      for (int port : new int[] {succeeds, fails, stays}) {
        var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        client.send(new DatagramPacket(new byte[1], 1, to));
      }
      Thread.sleep(2_000); // to count in, not to wait for anything
      assertThat(state(server, succeeds).started()).isBetween(1L, 67L);
      assertThat(state(server, fails).started()).isBetween(1L, 8L);
      assertThat(state(server, stays).started()).isEqualTo(1);
      assertThat(state(server, stays).state()).isEqualTo(ServiceState.State.HANDED_OVER);
    }
  }

  @Test
  void stop_programsIgnoreTerm_killsThemInTime() throws Exception {
    Programs.require("/usr/bin/perl");
    int nowait = Programs.freePort();
    int wait = Programs.freePort();
    var deaf = "$SIG{TERM}='IGNORE'; $|=1;";
    var server =
        serve(
            entry(nowait, "stream tcp nowait - /usr/bin/perl perl -e \"%s print 'x'; sleep 600\"".formatted(deaf))
                + entry(
                    wait,
                    "stream tcp wait - /usr/bin/perl perl -e \"%s open(S,'+<&=0'); accept(C,S); syswrite(C,'x'); sleep 600\""
                        .formatted(deaf)));
    try (server;
        var one = Clients.connect(nowait);
        var two = Clients.connect(wait)) {
      assertThat(one.getInputStream().read()).isEqualTo('x');
      assertThat(two.getInputStream().read()).isEqualTo('x');
      long begin = System.nanoTime();
      assertThat(server.stop(Duration.ZERO)).isEqualTo(Stopped.FORCED);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(500), Duration.ofSeconds(5));
      assertThat(one.getInputStream().read()).isEqualTo(-1);
      assertThat(two.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void connections_tenThousandOfOneSource_areRefusedAndOthersServed() throws Exception {
    int port = Programs.freePort();
    var text = "127.0.0.1:" + port + " on protocol = tcp, wait = no, user = -, per_source = 10, exec = /bin/cat;\n";
    var held = new ArrayList<Socket>();
    try (var server = serve(text);
        var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        held.add(Clients.connect(port));
        held.getLast().getOutputStream().write('a');
        assertThat(held.getLast().getInputStream().read()).isEqualTo('a');
      }
      var flood = new ArrayList<Future<Boolean>>();
      var atATime = new Semaphore(64);
      var flooding =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 9_990; i++) {
                      atATime.acquireUninterruptibly();
                      flood.add(
                          pool.submit(
                              () -> {
                                try {
                                  return isRefused(port);
                                } finally {
                                  atATime.release();
                                }
                              }));
                    }
                  });
      int served = 0;
      while (flooding.isAlive()) {
        assertThat(askFromAnother(port)).isEqualTo("other");
        served++;
      }
      flooding.join();
      for (var each : flood) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(served).isPositive();
      assertThat(state(server, port).refused()).containsOnlyKeys(Refusal.PER_SOURCE).containsValue(9_990L);
      assertThat(state(server, port).started()).isEqualTo(10 + served);
      assertThat(Clients.ask(held.removeFirst(), "b")).isEqualTo("b"); // and those within it go on
      Programs.await("the others' end", () -> state(server, port).running() == 9);
      assertThat(sources()).isEqualTo(1);
    } finally {
      for (var each : held) {
        each.close();
      }
    }
  }

  /** Whether a connection ends, one way or the other, with nothing having come. */
  private static boolean isRefused(int port) throws Exception {
    try (var client = Clients.connect(port)) {
      return client.getInputStream().read() == -1;
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      return true; // reset
    }
  }

  /** From an address that no test listens at, since these leave its ports in TIME_WAIT. */
  private static String askFromAnother(int port) throws Exception {
    var loopback = InetAddress.getLoopbackAddress();
    try (var client = new Socket(loopback, port, InetAddress.getByName("127.0.0.77"), 0)) {
      client.setSoTimeout(20_000);
      return Clients.ask(client, "other");
    }
  }

  /** Returns how many sources this JVM remembers, in all servers that are reachable. */
  private long sources() throws Exception {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return Programs.run(directory, jcmd, String.valueOf(SELF), "GC.class_histogram")
        .lines()
        .filter(line -> line.contains("io.netsvc.inetd.Sources$Source"))
        .mapToLong(line -> Long.parseLong(List.of(line.strip().split("\\s+")).get(1)))
        .sum();
  }
}
