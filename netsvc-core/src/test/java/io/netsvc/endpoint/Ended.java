package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** What tests of ends do with connections, and what they find left of them. */
final class Ended {
  private static final long LIMIT_NANOS = 10_000_000_000L;

  private Ended() {}

  static void write(Connection connection, String text) throws IOException {
    connection.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  /** One read, of what is there. */
  static String read(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1 << 18);
    assertThat(connection.read(buffer)).isPositive();
    return UTF_8.decode(buffer.flip()).toString();
  }

  static String readUntil(Connection connection, String part) throws IOException {
    var all = new StringBuilder();
    while (all.indexOf(part) < 0) {
      all.append(read(connection));
    }
    return all.toString();
  }

  static String readAll(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1 << 20);
    while (connection.read(buffer) >= 0) {
      assertThat(buffer.hasRemaining()).isTrue();
    }
    return UTF_8.decode(buffer.flip()).toString();
  }

  /** How many fds this JVM has. */
  static long fds() throws IOException {
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.count();
    }
  }

  /** How many children this JVM has, those that nobody has reaped among them. */
  static long children() {
    return ProcessHandle.current().children().count();
  }

  /** Waits for what is soon so; asserts that it is. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadlineNanos = System.nanoTime() + LIMIT_NANOS;
    while (!condition.call()) {
      assertThat(deadlineNanos - System.nanoTime()).as(what).isPositive();
      Thread.onSpinWait();
    }
  }
}
