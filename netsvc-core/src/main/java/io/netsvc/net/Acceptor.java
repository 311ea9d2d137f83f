package io.netsvc.net;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Accepts a listener's connections one by one: resets who may not connect, counts and records. */
final class Acceptor {
  private static final Arrival DENIED = new Arrival(null);

  static {
    // What is needed first when no fd is left cannot be read then, nor ever after: our classes, and
    // the time zones, without which java.util.logging writes no line.
    Flight.load();
    try {
      var _ = ZoneId.systemDefault().getRules();
    } catch (DateTimeException e) {
      // Somebody has set a zone of their own.
    }
  }

  private final ListeningSocket socket;
  private final AccessRules access;
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong denied = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  Acceptor(ListeningSocket socket, AccessRules access) {
    this.socket = socket;
    this.access = access;
  }

  /**
   * A client that came.
   *
   * @param connection or null for one that was reset, since it may not connect
   */
  record Arrival(@Nullable Connection connection) {}

  /** Takes the next client, or returns null when none waits. */
  @Nullable Arrival next() throws IOException {
    var recording = Flight.accept(socket.localAddress());
    Connection connection;
    try {
      connection = socket.accept();
    } catch (IOException | RuntimeException | Error e) {
      failed.incrementAndGet();
      recording.ended(null, String.valueOf(e.getMessage()));
      throw e;
    }
    if (connection == null) {
      return null;
    }
    var peer = connection.remoteAddress();
    if (access.permits(peer)) {
      accepted.incrementAndGet();
      recording.ended(peer, "accepted");
      return new Arrival(connection);
    }
    denied.incrementAndGet();
    recording.ended(peer, "denied");
    connection.abort(); // last: whoever sees it may look at the count and the recording at once
    return DENIED;
  }

  long accepted() {
    return accepted.get();
  }

  long denied() {
    return denied.get();
  }

  long failed() {
    return failed.get();
  }
}
