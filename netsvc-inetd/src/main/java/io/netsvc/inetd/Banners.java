package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that clients get before their service, or instead of it. Read for each client, so that
 * a change counts at once; one that cannot be read is left out, with a line in the log. A client
 * that does not take its banner in 10 seconds is closed. Blocks: for virtual threads alone.
 */
record Banners(Optional<Path> first, Optional<Path> success, Optional<Path> failure) {
  private static final int MOST = 64 * 1024;
  private static final Executor LATE = CompletableFuture.delayedExecutor(10, TimeUnit.SECONDS);
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  static Banners of(ServiceSpec spec) {
    return new Banners(
        spec.get(Attribute.BANNER).map(Path::of),
        spec.get(Attribute.BANNER_SUCCESS).map(Path::of),
        spec.get(Attribute.BANNER_FAIL).map(Path::of));
  }

  boolean any() {
    return first.isPresent() || success.isPresent() || failure.isPresent();
  }

  void greet(Connection connection) throws IOException {
    send(first, connection);
  }

  void welcome(Connection connection) throws IOException {
    send(success, connection);
  }

  void refuse(Connection connection) throws IOException {
    send(failure, connection);
  }

  private static void send(Optional<Path> file, Connection connection) throws IOException {
    if (file.isEmpty()) {
      return;
    }
    byte[] text;
    try (var in = Files.newInputStream(file.get())) {
      text = in.readNBytes(MOST);
    } catch (IOException e) {
      log.warn("no banner file={} cause=\"{}\"", file.get(), e.toString());
      return;
    }
    var sent = new CompletableFuture<Void>();
    LATE.execute(
        () -> {
          if (!sent.isDone()) {
            connection.close();
          }
        });
    try {
      var buffer = ByteBuffer.wrap(text);
      while (buffer.hasRemaining()) {
        connection.write(buffer);
      }
    } finally {
      sent.complete(null);
    }
  }
}
