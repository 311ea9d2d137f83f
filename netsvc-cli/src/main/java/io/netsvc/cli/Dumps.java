package io.netsvc.cli;

import io.netsvc.dump.TrafficDump;
import io.netsvc.dump.TrafficDump.Format;
import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.RelayOptions;
import io.netsvc.net.RelayTap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files that all relays are written to. */
final class Dumps implements AutoCloseable {
  private final List<TrafficDump> files = new ArrayList<>();

  /** Opens a file, if one is given. */
  void add(@Nullable Path file, Format format, boolean append) throws IOException {
    try {
      if (file != null) {
        files.add(append ? TrafficDump.append(file, format) : TrafficDump.open(file, format));
      }
    } catch (IOException e) {
      throw new IOException(Failures.reading(file, e), e);
    }
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  /** Returns the options of a relay that is written. */
  RelayOptions on(RelayOptions options, Connection first, Connection second, boolean datagrams) {
    return files.isEmpty() ? options : options.withTap(tap(first, second, datagrams));
  }

  RelayTap tap(Connection first, Connection second, boolean datagrams) {
    var a = first.remoteAddress();
    var b = second.remoteAddress();
    return new Taps(
        files.stream().map(file -> datagrams ? file.datagramTap(a, b) : file.tap(a, b)).toList());
  }

  private record Taps(List<RelayTap> taps) implements RelayTap {
    @Override
    public void seen(Outcome.Side from, ByteBuffer bytes) {
      taps.forEach(tap -> tap.seen(from, bytes));
    }

    @Override
    public void ended(Outcome outcome) {
      taps.forEach(tap -> tap.ended(outcome));
    }
  }

  @Override
  public void close() throws IOException {
    for (var file : files) {
      file.close();
    }
  }
}
