package io.netsvc.endpoint;

import io.netsvc.linux.RelayHints;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * TLS over another connection, which it owns. The end of input is the peer's close_notify alone (RFC
 * 8446 section 6.1): a FIN without one is a failure, after what came before it. The end of output is
 * a close_notify with a FIN, after which the other direction runs on, in TLS 1.3 whoever began, and
 * before that where this side did: there the JDK answers a close_notify at once, as RFC 5246 section
 * 7.2.1 wants. A read or a write that failed fails again.
 */
final class TlsConnection implements Connection, RelayHints {
  private final Connection raw;
  private final SSLEngine engine;
  private final TlsOutput output;
  private final TlsInput input;
  private volatile boolean inputShut;

  private TlsConnection(Connection raw, SSLEngine engine, String what, boolean bareEnds) {
    this.raw = raw;
    this.engine = engine;
    this.output = new TlsOutput(raw, engine, what);
    this.input = new TlsInput(raw, engine, output, what, bareEnds);
  }

  /**
   * Shakes hands; if that fails, the raw connection is reset.
   *
   * @param what for the messages, such as {@code TLS with example.org:443}
   */
  static TlsConnection open(Connection raw, SSLEngine engine, String what, TlsSettings settings)
      throws IOException {
    return Deadline.within(
        settings.handshakeTimeout(),
        what,
        raw,
        () -> {
          var connection = new TlsConnection(raw, engine, what, settings.bareEnds());
          try {
            connection.handshake();
          } catch (SSLException e) {
            connection.output.alert();
            throw TlsFailure.inHandshake(what, e);
          } catch (IOException | RuntimeException e) {
            throw TlsFailure.inHandshake(what, e);
          }
          return connection;
        });
  }

  private void handshake() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> flush();
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> input.handshake();
        case NEED_TASK -> runTasks();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  /** A peer that refuses us and resets has sent an alert before: that says more than the reset. */
  private void flush() throws IOException {
    try {
      output.flush();
    } catch (SSLException e) {
      throw e;
    } catch (IOException e) {
      try {
        for (int i = 0; i < 3 && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP; i++) {
          input.handshake();
        }
      } catch (SSLException alert) {
        alert.addSuppressed(e);
        throw TlsFailure.isAlert(alert) ? alert : e;
      } catch (IOException _) {
        // It has sent none.
      }
      throw e;
    }
  }

  private void runTasks() {
    for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  SSLEngine engine() {
    return engine;
  }

  @Override
  public boolean unsent() {
    return raw instanceof RelayHints hints && hints.unsent();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return inputShut && isOpen() ? -1 : input.read(into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return output.write(from);
  }

  @Override
  public SocketAddress localAddress() {
    return raw.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return raw.remoteAddress();
  }

  @Override
  public void shutdownInput() throws IOException {
    inputShut = true;
    raw.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    output.shutdown();
  }

  @Override
  public void abort() {
    raw.abort();
  }

  @Override
  public boolean isOpen() {
    return raw.isOpen();
  }

  @Override
  public void close() {
    output.close();
    raw.close();
  }

  @Override
  public String toString() {
    return "TLS " + raw;
  }
}
