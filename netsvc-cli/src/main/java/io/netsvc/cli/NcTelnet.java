package io.netsvc.cli;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection whose peer speaks Telnet, RFC 854: every option that it asks for is refused, and its
 * commands are no part of what is read. What we write is left as it is, so that a script can say
 * more than that.
 */
final class NcTelnet implements Connection {
  private static final byte IAC = (byte) 255;
  private static final byte DONT = (byte) 254;
  private static final byte DO = (byte) 253;
  private static final byte WONT = (byte) 252;
  private static final byte WILL = (byte) 251;
  private static final byte SB = (byte) 250;
  private static final byte SE = (byte) 240;

  private final Connection connection;
  private final ConcurrentLinkedQueue<byte[]> answers = new ConcurrentLinkedQueue<>();
  private final ReentrantLock writing = new ReentrantLock();
  private State state = State.DATA;
  private byte verb;
  private volatile boolean outputShut;

  private enum State {
    DATA,
    COMMAND,
    OPTION,
    PARAMETERS,
    PARAMETERS_COMMAND
  }

  NcTelnet(Connection connection) {
    this.connection = connection;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int begin = into.position();
    int n;
    do {
      n = connection.read(into);
      int end = into.position();
      into.position(begin);
      for (int i = begin; i < end; i++) {
        take(into.get(i), into); // never more than was read: in place
      }
      answer();
    } while (n > 0 && into.position() == begin);
    return n < 0 ? n : into.position() - begin;
  }

  private void take(byte b, ByteBuffer into) {
    switch (state) {
      case DATA -> {
        if (b == IAC) {
          state = State.COMMAND;
        } else {
          into.put(b);
        }
      }
      case COMMAND -> command(b, into);
      case OPTION -> {
        // A WONT or DONT says what is so already: an answer could go to and fro for ever.
        if (verb == DO || verb == WILL) {
          answers.add(new byte[] {IAC, verb == DO ? WONT : DONT, b});
        }
        state = State.DATA;
      }
      case PARAMETERS -> state = b == IAC ? State.PARAMETERS_COMMAND : state;
      case PARAMETERS_COMMAND -> state = b == SE ? State.DATA : State.PARAMETERS;
    }
  }

  private void command(byte b, ByteBuffer into) {
    switch (b) {
      case DO, DONT, WILL, WONT -> {
        verb = b;
        state = State.OPTION;
      }
      case SB -> state = State.PARAMETERS;
      case IAC -> {
        into.put(b);
        state = State.DATA;
      }
      default -> state = State.DATA;
    }
  }

  /** A peer that takes no answers has still sent what it has sent. */
  private void answer() {
    try {
      flush();
    } catch (IOException e) {
      outputShut = true;
    }
  }

  /** Sends the answers, or leaves them to whoever is writing: a reader must not wait for room. */
  private void flush() throws IOException {
    while (!answers.isEmpty() && writing.tryLock()) {
      try {
        var answer = answers.poll();
        if (answer != null && !outputShut) {
          connection.write(ByteBuffer.wrap(answer));
        }
      } finally {
        writing.unlock();
      }
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int n;
    writing.lock();
    try {
      n = connection.write(from);
    } finally {
      writing.unlock();
    }
    flush();
    return n;
  }

  @Override
  public void shutdownOutput() throws IOException {
    writing.lock();
    try {
      outputShut = true;
      connection.shutdownOutput();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return connection.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return connection.remoteAddress();
  }

  @Override
  public void shutdownInput() throws IOException {
    connection.shutdownInput();
  }

  @Override
  public void abort() {
    connection.abort();
  }

  @Override
  public boolean isOpen() {
    return connection.isOpen();
  }

  @Override
  public void close() {
    connection.close();
  }

  @Override
  public String toString() {
    return connection.toString();
  }
}
