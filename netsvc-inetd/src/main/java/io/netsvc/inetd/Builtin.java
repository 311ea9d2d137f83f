package io.netsvc.inetd;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The services that the server itself performs, on TCP and UDP. */
enum Builtin {
  /** RFC 862: sends back what it receives. */
  ECHO {
    @Override
    void serve(Connection c) throws IOException {
      var buffer = ByteBuffer.allocate(BUFFER);
      while (c.read(buffer) >= 0) {
        c.write(buffer.flip());
        buffer.clear();
      }
    }

    @Override
    ByteBuffer answer(ByteBuffer request) {
      return request;
    }
  },
  /** RFC 863: reads, and drops. */
  DISCARD {
    @Override
    void serve(Connection c) throws IOException {
      var buffer = ByteBuffer.allocate(BUFFER);
      while (c.read(buffer) >= 0) {
        buffer.clear();
      }
    }

    @Override
    @Nullable ByteBuffer answer(ByteBuffer request) {
      return null;
    }
  },
  /** RFC 864: characters without end; to a datagram one line-patterned answer of 0 to 512. */
  CHARGEN {
    @Override
    void serve(Connection c) throws IOException {
      for (int line = 0; ; line = (line + 1) % RING) {
        c.write(ByteBuffer.wrap(line(line)));
      }
    }

    @Override
    ByteBuffer answer(ByteBuffer request) {
      return ByteBuffer.wrap(line(0));
    }
  },
  /** RFC 867: the date and time, as ctime(3) writes it. */
  DAYTIME {
    @Override
    void serve(Connection c) throws IOException {
      c.write(now());
    }

    @Override
    ByteBuffer answer(ByteBuffer request) {
      return now();
    }

    private static ByteBuffer now() {
      var text = ZonedDateTime.now(java.time.ZoneId.systemDefault()).format(CTIME) + "\r\n";
      return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
  },
  /** RFC 868: the seconds since 1900 in 32 bits. */
  TIME {
    @Override
    void serve(Connection c) throws IOException {
      c.write(now());
    }

    @Override
    ByteBuffer answer(ByteBuffer request) {
      return now();
    }

    private static ByteBuffer now() {
      long seconds = System.currentTimeMillis() / 1000 + SECONDS_1900_TO_1970;
      return ByteBuffer.allocate(4).putInt((int) seconds).flip();
    }
  };

  private static final int BUFFER = 8192;
  private static final int RING = 95;
  private static final int LINE = 72;
  private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
  private static final DateTimeFormatter CTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US);

  /** Serves a stream until it ends. */
  abstract void serve(Connection connection) throws IOException;

  /** Returns the answer to a datagram, or null for none. */
  abstract @Nullable ByteBuffer answer(ByteBuffer request);

  static Optional<Builtin> named(String name) {
    for (var builtin : values()) {
      if (builtin.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(builtin);
      }
    }
    return Optional.empty();
  }

  private static byte[] line(int first) {
    byte[] line = new byte[LINE + 2];
    for (int i = 0; i < LINE; i++) {
      line[i] = (byte) (' ' + (first + i) % RING);
    }
    line[LINE] = '\r';
    line[LINE + 1] = '\n';
    return line;
  }
}
