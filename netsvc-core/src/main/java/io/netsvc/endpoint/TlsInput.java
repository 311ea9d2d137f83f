package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What TLS receives: records, of which several may come by one read. One thread at a time. */
final class TlsInput {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int MAX_READ = 64 * 1024;

  private final Connection raw;
  private final SSLEngine engine;
  private final TlsOutput output;
  private final String what;
  private final boolean bareEnds;

  /** Records that are still to be decrypted, between position and limit. */
  private ByteBuffer net;

  /** Decrypted bytes of a record that was larger than the reader's buffer. */
  private ByteBuffer held = NOTHING;

  private boolean begun;

  /** The last read filled the buffer: a larger one would take more. */
  private boolean full;

  private boolean ended;
  private @Nullable IOException failure;

  TlsInput(Connection raw, SSLEngine engine, TlsOutput output, String what, boolean bareEnds) {
    this.raw = raw;
    this.engine = engine;
    this.output = output;
    this.what = what;
    this.bareEnds = bareEnds;
    this.net = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
  }

  /** Reads one message of the handshake at most, or waits for the rest of one. */
  void handshake() throws IOException {
    var result = engine.unwrap(net, NOTHING);
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> {
        if (!fill()) {
          throw new SSLException("the peer ended during the handshake");
        }
      }
      case CLOSED -> throw new SSLException("the peer closed during the handshake");
      case BUFFER_OVERFLOW -> throw new SSLException("data came during the handshake");
      case OK -> {}
    }
  }

  /** Before the first record is decrypted. */
  private void checkBegin() throws SSLException {
    int type = net.get(net.position());
    if (type < 20 || type > 23) { // RFC 8446 section 5.1
      throw new SSLException("the peer speaks no TLS: it sent \"" + TlsFailure.text(net) + '"');
    }
  }

  int read(ByteBuffer into) throws IOException {
    int start = into.position();
    move(into);
    while (into.hasRemaining() && !ended && failure == null) {
      try {
        if (!decrypt(into, into.position() == start)) {
          break;
        }
      } catch (IOException e) {
        failure = TlsFailure.of(what, e); // after the bytes that came before it
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
          output.respond(); // by an alert
        }
      }
    }
    int n = into.position() - start;
    if (n > 0 || !into.hasRemaining()) {
      return n;
    }
    if (failure != null) {
      throw failure;
    }
    return -1;
  }

  private void move(ByteBuffer into) {
    int n = Math.min(into.remaining(), held.remaining());
    if (n > 0) {
      into.put(into.position(), held, held.position(), n);
      into.position(into.position() + n);
      held.position(held.position() + n);
    }
  }

  /** Decrypts one record; false if there is none, or no room for it, and it is not to wait. */
  private boolean decrypt(ByteBuffer into, boolean mayWait) throws IOException {
    var result = engine.unwrap(net, into);
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      var buffer = hold();
      try {
        result = engine.unwrap(net, buffer);
      } finally {
        buffer.flip();
      }
      move(into);
    }
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> {
        if (!mayWait) {
          return false;
        }
        if (!fill()) {
          if (bareEnds && !net.hasRemaining()) {
            ended = true;
            return true;
          }
          throw new SSLException("ended without close_notify: the stream may be incomplete");
        }
        return true;
      }
      case BUFFER_OVERFLOW -> throw new SSLException("a record is larger than TLS allows");
      case CLOSED -> ended = true;
      case OK -> {}
    }
    answer(result.getHandshakeStatus(), result.bytesProduced() > 0);
    return true;
  }

  private void answer(HandshakeStatus status, boolean data) throws SSLException {
    switch (status) {
      case NEED_WRAP -> {
        if (data || ended) {
          output.respond();
        } else {
          output.respondToMessage();
        }
      }
      case NEED_TASK -> throw new SSLException("the peer asks for a new handshake, which is not done");
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {}
    }
  }

  private ByteBuffer hold() {
    int size = engine.getSession().getApplicationBufferSize();
    if (held.capacity() < size) {
      held = ByteBuffer.allocate(size);
    }
    return held.clear();
  }

  /** Reads more of the records; false at the end of input. */
  private boolean fill() throws IOException {
    int size = Math.max(full ? MAX_READ : 0, engine.getSession().getPacketBufferSize());
    if (net.capacity() < size) {
      net = ByteBuffer.allocate(size).put(net);
    } else {
      net.compact();
    }
    int n;
    try {
      n = raw.read(net);
    } finally {
      net.flip();
    }
    full = net.limit() == net.capacity();
    if (n >= 0 && !begun) {
      begun = true;
      checkBegin();
    }
    return n >= 0;
  }
}
