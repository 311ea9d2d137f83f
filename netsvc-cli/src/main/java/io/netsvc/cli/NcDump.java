package io.netsvc.cli;

import io.netsvc.net.Outcome.Side;
import io.netsvc.net.RelayTap;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Writes what goes by to files, as it is and in hexadecimal; both directions in one. */
final class NcDump implements RelayTap, AutoCloseable {
  private final @Nullable OutputStream raw;
  private final @Nullable OutputStream hex;
  private long received;
  private long sent;

  private NcDump(@Nullable OutputStream raw, @Nullable OutputStream hex) {
    this.raw = raw;
    this.hex = hex;
  }

  /** Opens the files that are given. */
  static NcDump open(@Nullable Path raw, @Nullable Path hex, boolean append) throws IOException {
    var first = raw == null ? null : stream(raw, append);
    try {
      return new NcDump(first, hex == null ? null : stream(hex, append));
    } catch (IOException e) {
      if (first != null) {
        first.close();
      }
      throw e;
    }
  }

  private static OutputStream stream(Path file, boolean append) throws IOException {
    try {
      return new BufferedOutputStream(
          Files.newOutputStream(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING));
    } catch (IOException e) {
      throw new IOException(Failures.reading(file, e), e);
    }
  }

  /** A file takes it at once, or the disk is full: both are said, and it goes on without. */
  @Override
  public synchronized void seen(Side from, ByteBuffer bytes) {
    try {
      if (hex != null) {
        var lines = new StringBuilder();
        boolean in = from == Side.FIRST;
        lines.append(in ? "< received\n" : "> sent\n");
        HexDump.append(lines, in ? received : sent, bytes);
        hex.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
        hex.flush();
        if (in) {
          received += bytes.remaining();
        } else {
          sent += bytes.remaining();
        }
      }
      if (raw != null) {
        var copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        raw.write(copy);
        raw.flush();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    try (raw;
        hex) {
      // Both are flushed and closed.
    }
  }
}
