package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.UnixDatagrams;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A peer to exchange Unix datagrams with: the one at a place, or whoever sends the first one there, to
 * whom the place belongs until that connection is closed.
 */
final class UnixDatagramEnd implements End {
  private final String name;
  private final UnixDomainSocketAddress place;
  private final boolean listens;
  private final OptionalInt mode;
  private @Nullable UnixDatagrams waiting;
  private boolean closed;

  private UnixDatagramEnd(
      String name, UnixDomainSocketAddress place, boolean listens, OptionalInt mode) {
    this.name = name;
    this.place = place;
    this.listens = listens;
    this.mode = mode;
  }

  /** Makes one that connects. */
  static End connecting(String uri, UnixDomainSocketAddress place) {
    return new UnixDatagramEnd(uri, place, false, OptionalInt.empty());
  }

  /** Makes one that waits for its peer, from the options of its URI. */
  static End listening(String uri, UnixDomainSocketAddress place, EndOptions options) {
    var mode = options.text("mode").stream().flatMapToInt(text -> IntStream.of(ListenEnd.octal(text, options)));
    return new UnixDatagramEnd(uri, place, true, mode.findFirst());
  }

  @Override
  public Connection open() throws IOException, InterruptedException {
    if (!listens) {
      return UnixDatagrams.connect(place);
    }
    var bound = bind();
    try {
      return bound.awaitPeer();
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw new InterruptedException(name);
    } finally {
      bound.close(); // unless the connection has it
    }
  }

  private synchronized UnixDatagrams bind() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    var bound =
        mode.isPresent()
            ? UnixDatagrams.open(place, mode.getAsInt())
            : UnixDatagrams.open(place);
    waiting = bound;
    return bound;
  }

  @Override
  public boolean accepts() {
    return listens;
  }

  @Override
  public boolean acceptsInTurn() {
    return listens;
  }

  @Override
  public boolean isDatagram() {
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (waiting != null) {
      waiting.close();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
