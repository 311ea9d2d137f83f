package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that no kernel sends: they are read as far as they make sense, and never fail. */
@Timeout(60)
class SockDiagGarbledTest {
  private static final int INET_MESSAGE = 72;
  private static final int UNIX_MESSAGE = 16;
  private static final int FLIPS = 20_000;

  private static @Nullable SocketEntry read(String name, byte[] bytes, int length) {
    var in = SockDiagBytes.slice(bytes, length);
    return name.endsWith("unix")
        ? UnixDiag.entry(in)
        : InetDiag.entry(SocketProtocol.TCP, in, i -> "if" + i);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reply tcp", "reply tcp6", "reply udp", "reply unix"})
  void entry_everyPrefix_isReadIfTheStructureIsWhole(String name) {
    byte[] bytes = SockDiagBytes.payload(name);
    var whole = String.valueOf(read(name, bytes, bytes.length));
    int least = name.endsWith("unix") ? UNIX_MESSAGE : INET_MESSAGE;
    for (int length = 0; length <= bytes.length; length++) {
      var entry = read(name, bytes, length);
      if (length < least) {
        assertThat(entry).as("%d bytes", length).isNull();
      } else {
        // What the attributes tell is missing, and no more.
        var read = Objects.requireNonNull(entry, "entry");
        assertThat(whole).endsWith(" inode " + read.inode());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reply tcp", "reply tcp6", "reply udp", "reply unix"})
  void entry_flippedBytes_isReadOrLeftOut(String name) {
    byte[] bytes = SockDiagBytes.payload(name);
    var random = new Random(20_200);
    int read = 0;
    for (int i = 0; i < FLIPS; i++) {
      byte[] garbled = bytes.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextBoolean() ? garbled.length : random.nextInt(garbled.length + 1);
      var entry = read(name, garbled, length);
      read += entry == null ? 0 : 1;
      assertThat(String.valueOf(entry)).hasLineCount(1);
      if (entry instanceof InetEntry inet) {
        assertThat(inet.options()).hasSizeLessThan(12);
      }
    }
    assertThat(read).isBetween(FLIPS / 10, FLIPS);
  }

  /** Kernels to come may have more timers. */
  @Test
  void entry_unknownTimer_isOfUnknownKind() {
    for (int kind : List.of(5, 6, 127, 128, 255)) {
      byte[] bytes = SockDiagBytes.payload("reply tcp");
      bytes[2] = (byte) kind;
      assertThat(read("reply tcp", bytes, bytes.length))
          .isInstanceOfSatisfying(
              InetEntry.class,
              entry ->
                  assertThat(entry.timer().orElseThrow().kind())
                      .isEqualTo(SocketTimer.Kind.UNKNOWN));
    }
  }

  @Test
  void entry_attributeOfNoLength_isTheLast() {
    byte[] bytes = Arrays.copyOf(SockDiagBytes.payload("reply tcp"), INET_MESSAGE + 400);
    Arrays.fill(bytes, INET_MESSAGE, bytes.length, (byte) 0);
    assertThat(read("reply tcp", bytes, bytes.length)).isNotNull();
  }
}
