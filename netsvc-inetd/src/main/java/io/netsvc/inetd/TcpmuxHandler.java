package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The TCP port service multiplexer, RFC 1078: a client names its service in a line, in whatever
 * case, and has it on this connection from then on. {@code HELP} is answered with the names. The
 * line has to come within 10 seconds and 256 bytes; nothing behind it is read, since that is the
 * service's.
 */
final class TcpmuxHandler implements Sessions.Step {
  private static final int LONGEST = 256;
  private static final long SECONDS = 10;

  private final Supplier<List<Service>> services;

  TcpmuxHandler(Supplier<List<Service>> services) {
    this.services = services;
  }

  @Override
  public boolean take(Connection connection) throws IOException {
    var name = line(connection);
    if (name.isEmpty()) {
      say(connection, "-Service name expected\r\n");
      return false;
    }
    if (name.get().equalsIgnoreCase("help")) {
      for (var service : services.get()) {
        var muxed = service.spec().get(Attribute.TCPMUX);
        if (muxed.isPresent()) {
          say(connection, muxed.get().name() + "\r\n");
        }
      }
      return false;
    }
    for (var service : services.get()) {
      var muxed = service.spec().get(Attribute.TCPMUX);
      if (muxed.isPresent()
          && muxed.get().name().equalsIgnoreCase(name.get())
          && !service.isStopped()
          && service.serving() instanceof Nowait nowait) {
        if (muxed.get().greets()) {
          say(connection, "+Go\r\n");
        }
        nowait.accepted(connection);
        return true;
      }
    }
    say(connection, "-Service not available\r\n");
    return false;
  }

  /** Reads the client's line without its end; empty if there is none in time. */
  private static Optional<String> line(Connection connection) throws IOException {
    var done = new CompletableFuture<Void>();
    CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS)
        .execute(
            () -> {
              if (!done.isDone()) {
                connection.close(); // ends the read
              }
            });
    try {
      var line = new byte[LONGEST + 2];
      var one = ByteBuffer.allocate(1);
      for (int length = 0; length < line.length; length++) {
        if (connection.read(one.clear()) < 0) {
          return Optional.empty();
        }
        line[length] = one.get(0);
        if (line[length] == '\n') {
          int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
          return Optional.of(new String(line, 0, end, StandardCharsets.US_ASCII))
              .filter(name -> !name.isEmpty());
        }
      }
      return Optional.empty();
    } finally {
      done.complete(null);
    }
  }

  private static void say(Connection connection, String text) throws IOException {
    var buffer = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    while (buffer.hasRemaining()) {
      connection.write(buffer);
    }
  }
}
