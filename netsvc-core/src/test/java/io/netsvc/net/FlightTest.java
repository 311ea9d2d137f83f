package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.process.Jvm;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What JDK Flight Recorder gets. */
@Timeout(60)
class FlightTest {

  private static List<RecordedEvent> recorded(String name, Callable<?> body) throws Exception {
    var events = new CopyOnWriteArrayList<RecordedEvent>();
    try (var stream = new RecordingStream()) {
      stream.enable(name);
      stream.setReuse(false);
      stream.onEvent(name, events::add);
      stream.startAsync();
      body.call();
      stream.stop();
    }
    return events;
  }

  @ParameterizedTest
  @EnumSource
  void accept_isRecordedWithItsPeerAndOutcome(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var name = listener.localAddress().toString();
      var peers = new ArrayList<String>();
      var events =
          recorded(
              "netsvc.Accept",
              () -> {
                for (int i = 0; i < 2; i++) {
                  try (var _ = Contract.connect(listener);
                      var connection = listener.accept()) {
                    peers.add(connection.remoteAddress().toString());
                  }
                }
                return null;
              });
      events.removeIf(event -> !name.equals(event.getString("listener")));
      assertThat(events).extracting(e -> e.getString("peer")).containsExactlyElementsOf(peers);
      assertThat(events).extracting(e -> e.getString("outcome")).containsOnly("accepted");
      assertThat(events).allMatch(e -> e.getStackTrace() == null);
      assertThat(events).allMatch(e -> e.getEventType().getCategoryNames().contains("netsvc"));
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void accept_ofWhoIsDenied_isRecorded(Contract on) throws Exception {
    var nobody = AccessRules.anyone().deny("0.0.0.0/0").deny("::/0");
    try (var listener = on.listen(on.address(), o -> o.withAccess(nobody))) {
      listener.serve(_ -> {});
      var name = listener.localAddress().toString();
      var events =
          recorded(
              "netsvc.Accept",
              () -> {
                AdmissionTest.assertReset(listener);
                return null;
              });
      events.removeIf(event -> !name.equals(event.getString("listener")));
      assertThat(events).extracting(e -> e.getString("outcome")).containsExactly("denied");
    }
  }

  @ParameterizedTest
  @EnumSource
  void connect_isRecordedForEachAttempt(Contract on) throws Exception {
    var closed = ConnectorTest.closed(on);
    var events =
        recorded(
            "netsvc.Connect",
            () -> {
              var connector = on.connector(o -> o.withRetries(1, Duration.ofMillis(10)));
              assertThatThrownBy(() -> connector.connect(closed)).isNotNull();
              try (var listener = on.listen(closed, o -> o)) {
                connector.connect(listener.localAddress()).close();
              }
              return null;
            });
    events.removeIf(event -> !closed.toString().equals(event.getString("address")));
    assertThat(events).extracting(e -> e.getInt("attempt")).containsExactly(1, 2, 1);
    assertThat(events.get(0).getString("outcome")).startsWith("connect " + closed + ": ");
    assertThat(events.get(2).getString("outcome")).isEqualTo("connected");
    assertThat(events).allMatch(e -> e.getDuration().isPositive());
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void connect_ofARace_recordsThoseThatLost(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address());
        var listener = on.listen()) {
      var connector = on.connector(o -> o.withAttemptDelay(Duration.ofMillis(20)));
      var events =
          recorded(
              "netsvc.Connect",
              () -> {
                connector.connect(List.of(blackhole.address(), listener.localAddress())).close();
                return null;
              });
      var addresses =
          List.of(blackhole.address().toString(), listener.localAddress().toString());
      events.removeIf(event -> !addresses.contains(event.getString("address")));
      assertThat(events)
          .extracting(e -> e.getInt("attempt") + " " + e.getString("outcome"))
          .containsExactlyInAnyOrder("1 abandoned", "2 connected");
    }
  }

  @Test
  void jvmWithoutTheModule_servesAndConnects(@TempDir Path directory) throws Exception {
    var command = new Jvm(directory).command(Program.class);
    command.addAll(1, List.of("--limit-modules", "java.base"));
    assertThat(Jvm.output(command)).isEqualTo("no jdk.jfr, served\n");
  }

  /** Serves one connection. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      try (var listener = Listener.open(loopback)) {
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        try (var client = Connector.of(o -> o).connect(listener.localAddress())) {
          boolean there = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
          boolean served = client.read(ByteBuffer.allocate(1)) == 1;
          System.out.println((there ? "" : "no ") + "jdk.jfr, " + (served ? "" : "not ") + "served");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void relay_isRecordedWithItsOutcome(Relayed.Way way) throws Exception {
    var client = new AtomicReference<String>();
    var events =
        recorded(
            "netsvc.Relay",
            () -> {
              try (var on = Relayed.open(way)) {
                client.set(on.client().getLocalAddress().toString());
                Relayed.send(on.client(), new byte[5]);
                on.client().shutdownOutput();
                Relayed.receive(on.server());
                on.server().shutdownOutput();
                return on.relay().await();
              }
            });
    events.removeIf(event -> !Objects.equals(client.get(), event.getString("first")));
    assertThat(events).hasSize(1);
    var event = events.getFirst();
    assertThat(event.getLong("forward")).isEqualTo(5);
    assertThat(event.getString("cause")).isEqualTo("EOF");
    assertThat(event.getString("side")).isEqualTo("FIRST");
    assertThat(event.getString("mode")).isEqualTo(way.splices() ? "SPLICE" : "COPY");
    assertThat(event.getDuration().toNanos()).isPositive();
  }
}
