package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.DatagramPort;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages to a supervisor, as a real socket gets them. */
@Timeout(30)
class SupervisorTest {
  @TempDir private Path directory;

  private static Supervisor supervisor(String socket) {
    return Supervisor.of(Map.of("NOTIFY_SOCKET", socket), 1);
  }

  private static String next(DatagramPort port) throws Exception {
    var texts = new ArrayList<String>();
    Programs.await(
        "a datagram",
        () -> {
          try {
            port.poll().ifPresent(d -> texts.add(StandardCharsets.UTF_8.decode(d.data()).toString()));
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          return !texts.isEmpty();
        });
    return texts.getFirst();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messages_toASocket_areADatagramEach(boolean isAbstract) throws Exception {
    var name = isAbstract ? "@netsvc-notify-" + System.nanoTime() : directory.resolve("notify").toString();
    try (var port = DatagramPort.open(UnixDomainSocketAddress.of(name))) {
      var supervisor = supervisor(name);
      assertThat(supervisor.isPresent()).isTrue();
      supervisor.ready();
      supervisor.status("serves 3\nREADY=1\u001b[2J \u00e9");
      supervisor.mainPid(4711);
      supervisor.watchdog();
      supervisor.stopping();
      assertThat(List.of(next(port), next(port), next(port), next(port), next(port)))
          .containsExactly(
              "READY=1", "STATUS=serves 3?READY=1?[2J \u00e9", "MAINPID=4711", "WATCHDOG=1", "STOPPING=1");
    }
  }

  @Test
  void reloading_tellsTheMonotonicClock() throws Exception {
    Programs.require("/usr/bin/perl");
    var name = directory.resolve("notify").toString();
    String[] clock = {
      "/usr/bin/perl", "-MTime::HiRes=clock_gettime,CLOCK_MONOTONIC", "-e", "printf '%d', 1e6*clock_gettime(CLOCK_MONOTONIC)"
    };
    try (var port = DatagramPort.open(UnixDomainSocketAddress.of(name))) {
      long before = Long.parseLong(Programs.run(directory, clock));
      supervisor(name).reloading();
      long after = Long.parseLong(Programs.run(directory, clock));
      var message = next(port);
      assertThat(message).startsWith("RELOADING=1\nMONOTONIC_USEC=");
      assertThat(Long.parseLong(message.substring(message.lastIndexOf('=') + 1))).isBetween(before, after);
    }
  }

  @Test
  void ready_socketIsFull_waitsForRoom() throws Exception {
    var name = directory.resolve("notify").toString();
    try (var port = DatagramPort.open(UnixDomainSocketAddress.of(name))) {
      var supervisor = supervisor(name);
      var sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 2_000; i++) {
                      supervisor.mainPid(i + 1);
                    }
                  });
      for (int i = 0; i < 2_000; i++) {
        assertThat(next(port)).isEqualTo("MAINPID=" + (i + 1));
      }
      assertThat(sender.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void messages_nobodyListens_areLoggedOnce() {
    try (var log = new Log()) {
      var supervisor = supervisor(directory.resolve("none").toString());
      supervisor.ready();
      supervisor.stopping();
      assertThat(log.text().lines().filter(line -> line.contains("the supervisor is not told")).toList())
          .singleElement()
          .asString()
          .contains("No such file or directory (ENOENT)");
    }
  }

  @Test
  void none_anyMessage_doesNothing() {
    try (var log = new Log()) {
      var supervisor = Supervisor.of(Map.of("WATCHDOG_USEC", "2000000"), 1);
      supervisor.ready();
      supervisor.reloading();
      supervisor.watchdog();
      assertThat(supervisor.isPresent()).isFalse();
      assertThat(supervisor.watchdogInterval()).isEmpty();
      assertThat(Supervisor.none().isPresent()).isFalse();
      assertThat(log.text()).isEmpty();
    }
  }

  @Test
  void socket_ofAnotherKind_isSaidAndNone() {
    try (var log = new Log()) {
      assertThat(supervisor("vsock:2:1234").isPresent()).isFalse();
      assertThat(log.text()).contains("no supervisor is told socket=\"vsock:2:1234\"");
    }
  }

  @Test
  void watchdogInterval_forThisProcess_isRead() {
    var environment = Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", "2500000");
    assertThat(Supervisor.of(environment, 7).watchdogInterval()).hasValue(Duration.ofMillis(2500));
    assertThat(Supervisor.of(with(environment, "WATCHDOG_PID", "7"), 7).watchdogInterval())
        .hasValue(Duration.ofMillis(2500));
    assertThat(Supervisor.of(with(environment, "WATCHDOG_PID", "8"), 7).watchdogInterval()).isEmpty();
    try (var log = new Log()) {
      assertThat(Supervisor.of(with(environment, "WATCHDOG_USEC", "-1"), 7).watchdogInterval()).isEmpty();
      assertThat(log.text()).contains("no watchdog WATCHDOG_USEC=\"-1\"");
    }
  }

  private static Map<String, String> with(Map<String, String> map, String name, String value) {
    var all = new java.util.HashMap<>(map);
    all.put(name, value);
    return all;
  }

  @Test
  void mainPid_notPositive_isRefused() {
    assertThatThrownBy(() -> Supervisor.none().mainPid(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
