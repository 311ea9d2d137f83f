package io.netsvc.sockets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/** The bytes of {@code sock-diag.tsv}, without the struct nlmsghdr. */
final class SockDiagBytes {
  private static final int HEADER = 16;

  private SockDiagBytes() {}

  /** The bytes of a message behind its header. */
  static byte[] payload(String name) {
    byte[] message = raw(name);
    return Arrays.copyOfRange(message, HEADER, message.length);
  }

  static byte[] raw(String name) {
    try (var in = SockDiagBytes.class.getResourceAsStream("sock-diag.tsv")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
      return text.lines()
          .map(line -> line.split("\t", 2))
          .filter(field -> field[0].equals(name))
          .map(field -> HexFormat.of().parseHex(field[1]))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the reader of a dump is given a message. */
  static ByteBuffer slice(byte[] bytes, int length) {
    return ByteBuffer.wrap(bytes, 0, length).slice().order(ByteOrder.nativeOrder());
  }
}
