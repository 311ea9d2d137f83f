package io.netsvc.fault;

import io.netsvc.linux.RelayHints;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A connection with faults. Until the first one of a direction its calls are those of the connection
 * beneath; from then on a thread moves bytes between that and the {@link DelayLine}.
 */
final class FaultyConnection implements Connection, RelayHints {
  private static final int CHUNK = 64 * 1024;

  /** How long what was written may take after a close, as in a kernel's queue. */
  private static final Duration LINGER = Duration.ofSeconds(30);

  private final Connection raw;
  private final Faults faults;
  private final DelayLine input;
  private final DelayLine output;
  private final CompletableFuture<Boolean> outputEnded = new CompletableFuture<>();
  private boolean inputRuns; // the reader's
  private volatile boolean outputRuns; // the writer's
  private volatile @Nullable IOException writeFailure;
  private volatile boolean pushing;
  private volatile boolean inputShut;
  private volatile boolean closed;

  FaultyConnection(Connection raw, Faults faults) {
    this.raw = raw;
    this.faults = faults;
    this.input = new DelayLine(faults::input, faults.random(), isOfMessages(), isLossy());
    this.output = new DelayLine(faults::output, faults.random(), isOfMessages(), isLossy());
    faults.opened(this);
  }

  /** {@return the connection beneath, if it is one of these} */
  static Connection bare(Connection connection) {
    return connection instanceof FaultyConnection faulty ? faulty.raw : connection;
  }

  void changed() {
    input.changed();
    output.changed();
  }

  @Override
  public boolean isOfMessages() {
    return raw instanceof RelayHints hints && hints.isOfMessages();
  }

  @Override
  public boolean isLossy() {
    return raw instanceof RelayHints hints && hints.isLossy();
  }

  @Override
  public boolean unsent() {
    return pushing
        || output.isBusy()
        || (raw instanceof RelayHints hints && hints.unsent());
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!inputRuns && faults.input().isNone()) {
      int start = into.position();
      int n = raw.read(into);
      if (n < 0 || faults.input().isNone()) {
        input.passed(Math.max(0, n));
        return n;
      }
      input.put(into.duplicate().flip().position(start)); // one was set meanwhile
      into.position(start);
    }
    if (!inputRuns) {
      inputRuns = true;
      Thread.ofVirtual().name("netsvc-fault-in").start(this::pullAll);
    }
    if (inputShut) {
      return -1;
    }
    try {
      return input.take(into);
    } catch (DelayLine.ResetException e) {
      abort();
      throw e;
    }
  }

  private void pullAll() {
    try {
      var buffer = ByteBuffer.allocate(CHUNK);
      while (raw.read(buffer.clear()) >= 0) {
        input.put(buffer.flip());
      }
      input.end(null);
    } catch (IOException e) {
      input.end(e);
    } catch (RuntimeException e) {
      input.end(new IOException(e));
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (!outputRuns && faults.output().isNone()) {
      int n = raw.write(from);
      output.passed(n);
      return n;
    }
    startOutput();
    int total = from.remaining();
    try {
      while (from.hasRemaining()) {
        checkOutput();
        int n = Math.min(CHUNK, from.remaining());
        output.put(from.slice(from.position(), n));
        from.position(from.position() + n);
      }
    } catch (AsynchronousCloseException e) {
      checkOutput();
      throw e;
    }
    return total;
  }

  private void checkOutput() throws IOException {
    if (writeFailure != null) {
      throw writeFailure;
    }
  }

  private void startOutput() {
    if (!outputRuns) {
      outputRuns = true;
      Thread.ofVirtual().name("netsvc-fault-out").start(this::pushAll);
    }
  }

  private void pushAll() {
    var buffer = ByteBuffer.allocate(CHUNK);
    try {
      while (output.take(buffer.clear()) >= 0) {
        pushing = true;
        raw.write(buffer.flip());
        pushing = false;
      }
      raw.shutdownOutput();
    } catch (DelayLine.ResetException e) {
      writeFailure = e;
      abort();
    } catch (IOException e) {
      failed(e);
    } catch (RuntimeException e) {
      failed(new IOException(e));
    } finally {
      pushing = false;
      outputEnded.complete(true);
    }
  }

  /** A write may be told of a reset, once; a read only finds an end then. */
  private void failed(IOException e) {
    writeFailure = e;
    output.close();
    if (raw.remoteAddress() instanceof InetSocketAddress) {
      input.fail(e);
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    inputShut = true;
    input.shut();
    raw.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (!outputRuns && faults.output().isNone()) {
      raw.shutdownOutput();
      return;
    }
    startOutput();
    output.end(null);
    try {
      var _ = outputEnded.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
    checkOutput();
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
  public void abort() {
    closed = true;
    raw.abort();
    finish();
  }

  private void finish() {
    input.close();
    output.close();
    raw.close();
    faults.closed(this);
  }

  @Override
  public boolean isOpen() {
    return !closed && raw.isOpen();
  }

  /** What was written is still sent, by a thread that does not wait for ever. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    input.close();
    if (outputRuns && !outputEnded.isDone()) {
      output.end(null);
      Thread.ofVirtual().name("netsvc-fault-close").start(this::linger);
    } else {
      finish();
    }
  }

  private void linger() {
    try {
      var _ = outputEnded.get(LINGER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | InterruptedException | ExecutionException e) {
      raw.abort();
    }
    finish();
  }

  @Override
  public String toString() {
    return raw + " with faults";
  }
}
