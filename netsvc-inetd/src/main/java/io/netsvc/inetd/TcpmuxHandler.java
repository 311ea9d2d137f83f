package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Tcpmux;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The TCP port service multiplexer, RFC 1078: a client names its service in a line, in whatever
 * case, and has it on this connection from then on, if that service admits it. {@code HELP} is
 * answered with the names. The line has to come within 10 seconds and 256 bytes; nothing behind it
 * is read, since that is the service's.
 */
final class TcpmuxHandler implements Sessions.Step {
  private static final int LONGEST = 256;
  private static final int MOST_IGNORED = 64 * 1024;

  private final Supplier<List<Service>> services;
  private final Duration time;

  /** @param time how long a request may take */
  TcpmuxHandler(Supplier<List<Service>> services, Duration time) {
    this.services = services;
    this.time = time;
  }

  @Override
  public boolean take(Connection connection) throws IOException {
    Optional<String> name;
    try (var _ = new Deadline(connection, time)) {
      name = line(connection);
    }
    if (name.isEmpty()) {
      return answered(connection, "-Service name expected\r\n");
    }
    if (name.get().equalsIgnoreCase("help")) {
      return answered(connection, help());
    }
    for (var service : services.get()) {
      var muxed = muxed(service).filter(m -> m.name().equalsIgnoreCase(name.get()));
      if (muxed.isPresent()
          && service.serving() instanceof Nowait nowait
          && nowait.muxed(connection, muxed.get().greets() ? "+Go\r\n" : "")) {
        return true;
      }
    }
    return answered(connection, "-Service not available\r\n");
  }

  private static Optional<Tcpmux> muxed(Service service) {
    return service.isStopped() ? Optional.empty() : service.spec().get(Attribute.TCPMUX);
  }

  private String help() {
    var names = new StringBuilder();
    for (var service : services.get()) {
      muxed(service).ifPresent(muxed -> names.append(muxed.name()).append("\r\n"));
    }
    return names.toString();
  }

  /** Reads the client's line without its end, a byte at a time; empty if it is none. */
  private static Optional<String> line(Connection connection) throws IOException {
    var line = new byte[LONGEST + 2];
    var one = ByteBuffer.allocate(1);
    for (int length = 0; length < line.length && connection.read(one.clear()) >= 0; length++) {
      line[length] = one.get(0);
      if (line[length] == '\n') {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return Optional.of(new String(line, 0, end, StandardCharsets.US_ASCII))
            .filter(name -> !name.isEmpty() && name.length() <= LONGEST);
      }
    }
    return Optional.empty();
  }

  /** Says the last word; what the client sends on is read, for a RST could overtake the answer. */
  private boolean answered(Connection connection, String text) throws IOException {
    try (var _ = new Deadline(connection, time)) {
      connection.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      connection.shutdownOutput();
      var ignored = ByteBuffer.allocate(1_024);
      for (int n = 0, sum = 0; n >= 0 && sum < MOST_IGNORED; sum += n) {
        n = connection.read(ignored.clear());
      }
    }
    return false;
  }
}
