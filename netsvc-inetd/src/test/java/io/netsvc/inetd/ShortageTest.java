package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server in a JVM that runs short: of fds, or of room for its log. */
@Timeout(60)
class ShortageTest {
  private static final String FEW_FDS = "ulimit -n 100";

  @TempDir private Path directory;
  private int program;
  private int internal;
  private Path log;

  @BeforeEach
  void choosePorts() throws Exception {
    program = Programs.freePort();
    internal = Programs.freePort();
    log = directory.resolve("log");
  }

  private ChildJvm start(String shell, Path stderr) throws Exception {
    var config =
        """
        127.0.0.1:%d stream tcp nowait - /bin/cat cat
        127.0.0.1:%d stream tcp nowait - internal echo
        """
            .formatted(program, internal);
    var jvm = new ChildJvm(directory, config, shell, stderr);
    assertThat(Clients.ask(program, "one")).isEqualTo("one");
    assertThat(Clients.ask(internal, "two")).isEqualTo("two");
    return jvm;
  }

  private static List<Socket> clients(int port, int count) throws Exception {
    var clients = new ArrayList<Socket>();
    for (int i = 0; i < count; i++) {
      clients.add(Clients.begin(port, "client " + i));
    }
    return clients;
  }

  private static void assertAllServed(List<Socket> clients) throws Exception {
    for (int i = 0; i < clients.size(); i++) {
      assertThat(Clients.answer(clients.get(i))).isEqualTo("client " + i);
    }
  }

  @Test
  void fds_noneLeft_clientsWaitWithoutCpuAndAreServedThen() throws Exception {
    try (var jvm = start(FEW_FDS, log)) {
      jvm.leaveFds(0);
      var ofProgram = clients(program, 20);
      var ofInternal = clients(internal, 20);
      long before = Programs.ticks(jvm.pid());
      Thread.sleep(2_000); // to count in, not to wait for anything
      assertThat(Programs.ticks(jvm.pid()) - before).as("CPU time, 1/100 s").isLessThan(40);
      for (var client : ofProgram) {
        assertThat(client.getInputStream().available()).isZero();
      }
      jvm.giveBack();
      assertAllServed(ofProgram);
      assertAllServed(ofInternal);
    }
    assertThat(log).content().contains("accepting pauses").doesNotContain("Exception", "not started");
  }

  /** Enough to accept somebody with, and perhaps not enough to start the program then. */
  @Test
  void fds_fewLeft_nobodyAcceptedIsLost() throws Exception {
    try (var jvm = start(FEW_FDS, log)) {
      int pauses = 0;
      for (int few : new int[] {1, 4, 5}) {
        jvm.leaveFds(few);
        var clients = clients(program, 8);
        int before = pauses;
        Programs.await("no fd for the last", () -> pausesLogged() > before);
        jvm.giveBack();
        assertAllServed(clients);
        pauses = pausesLogged();
      }
    }
    assertThat(log).content().doesNotContain("Exception", "not started");
  }

  private int pausesLogged() {
    try {
      return Files.readString(log).split("accepting pauses", -1).length - 1;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void log_onAFullDisk_servicesGoOn() throws Exception {
    try (var _ = start(":", Path.of("/dev/full"))) {
      for (int i = 0; i < 50; i++) {
        assertThat(Clients.ask(program, "p" + i)).isEqualTo("p" + i);
        assertThat(Clients.ask(internal, "i" + i)).isEqualTo("i" + i);
      }
    }
  }
}
