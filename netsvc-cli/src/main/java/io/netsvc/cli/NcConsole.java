package io.netsvc.cli;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** The standard streams as nc uses them: it may not read, pace lines, and end them with CR LF. */
final class NcConsole implements Connection {
  private static final int CHUNK = 16 * 1024;

  private final Connection stdio;
  private final Input input;
  private final Runnable onEnd;
  private final Runnable onWrite;
  private final CountDownLatch over = new CountDownLatch(1);
  private final ByteBuffer line = ByteBuffer.allocate(CHUNK).limit(0);
  private boolean began;
  private boolean ended;
  private byte last;

  /**
   * What becomes of the standard input.
   *
   * @param reads whether it is read at all; else it neither comes nor ends
   * @param crlf whether a LF without a CR before it gets one
   * @param interval between two lines; zero for none
   */
  record Input(boolean reads, boolean crlf, Duration interval) {
    boolean isPlain() {
      return reads && !crlf && interval.isZero();
    }
  }

  /**
   * Wraps the streams.
   *
   * @param onEnd called once, when the input has ended
   * @param onWrite called after each write
   */
  NcConsole(Connection stdio, Input input, Runnable onEnd, Runnable onWrite) {
    this.stdio = stdio;
    this.input = input;
    this.onEnd = onEnd;
    this.onWrite = onWrite;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int n = input.isPlain() ? stdio.read(into) : input.reads ? converted(into) : never();
    if (n < 0 && !ended) {
      ended = true;
      onEnd.run();
    }
    return n;
  }

  /** Nothing comes, until the other side has ended. */
  private int never() throws IOException {
    try {
      over.await();
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    }
  }

  private int converted(ByteBuffer into) throws IOException {
    if (!line.hasRemaining()) {
      line.clear();
      int n = stdio.read(line);
      line.flip();
      if (n < 0) {
        return n;
      }
    }
    if (began) {
      pause();
    }
    began = true;
    int before = into.position();
    while (line.hasRemaining() && into.remaining() >= 2) {
      byte b = line.get();
      if (b == '\n' && last != '\r' && input.crlf) {
        into.put((byte) '\r');
      }
      into.put(b);
      last = b;
      if (b == '\n' && !input.interval.isZero()) {
        break;
      }
    }
    return into.position() - before;
  }

  private void pause() throws IOException {
    try {
      if (!input.interval.isZero()) {
        Thread.sleep(input.interval);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int n = stdio.write(from);
    onWrite.run();
    return n;
  }

  @Override
  public SocketAddress localAddress() {
    return stdio.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return stdio.remoteAddress();
  }

  @Override
  public void shutdownInput() throws IOException {
    stdio.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    over.countDown();
    stdio.shutdownOutput();
  }

  @Override
  public void abort() {
    close();
  }

  @Override
  public boolean isOpen() {
    return stdio.isOpen();
  }

  @Override
  public void close() {
    over.countDown();
    stdio.close();
  }

  @Override
  public String toString() {
    return stdio.toString();
  }
}
