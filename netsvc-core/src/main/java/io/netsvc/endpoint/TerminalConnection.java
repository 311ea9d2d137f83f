package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * The terminal's side of a pseudo-terminal. It has no half-close: the end of the output is the ^D that
 * a person would press, once where a line begins and else twice, which a program finds as the end of
 * its input unless it has changed the terminal's settings. The input ends when no program has the
 * terminal any more, and {@link #close} hangs up.
 */
final class TerminalConnection implements Connection {
  private static final byte END_OF_FILE = 4; // VEOF of termios(3), as it is at first

  private final PipeConnection master;
  private volatile byte last = '\n';
  private volatile boolean inputShut;
  private volatile boolean outputShut;

  /** Takes over the two streams of a program's {@link io.netsvc.process.ChildFd#terminal}. */
  TerminalConnection(String name, InputStream in, OutputStream out) {
    this.master = new PipeConnection(name, in, out);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return inputShut && isOpen() ? -1 : master.read(into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (outputShut) {
      throw new ClosedChannelException();
    }
    if (from.hasRemaining()) {
      last = from.get(from.limit() - 1);
    }
    return master.write(from);
  }

  @Override
  public SocketAddress localAddress() {
    return master.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return master.remoteAddress();
  }

  /** To close the one fd that there is would hang up, so a read that waits already goes on. */
  @Override
  public void shutdownInput() {
    inputShut = true;
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    if (outputShut) {
      return;
    }
    outputShut = true;
    boolean lineBegins = last == '\n' || last == '\r';
    // The program may take no input now, and this call is not to wait for it; close() wakes it.
    Thread.ofVirtual().name("netsvc-terminal-end").start(() -> end(lineBegins ? 1 : 2));
  }

  private void end(int times) {
    try {
      for (int i = 0; i < times; i++) {
        master.write(ByteBuffer.wrap(new byte[] {END_OF_FILE}));
      }
    } catch (IOException e) {
      // The program has ended, or we have: there is nobody to be told.
    }
  }

  @Override
  public void abort() {
    close();
  }

  @Override
  public boolean isOpen() {
    return master.isOpen();
  }

  @Override
  public void close() {
    master.close();
  }

  @Override
  public String toString() {
    return master.toString();
  }
}
