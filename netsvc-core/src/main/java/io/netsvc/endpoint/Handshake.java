package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/**
 * The bytes that two ends exchange before the stream proper. It reads just as many as must come, so
 * that the connection itself goes on afterwards: there is nothing to give back to it.
 *
 * @param what goes on, at the begin of what is said about it
 */
record Handshake(Connection connection, String what) {

  /** {@return this many bytes} */
  byte[] read(int count) throws IOException {
    var buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (connection.read(buffer) < 0) {
        throw new EOFException(what + ": end of input within the handshake");
      }
    }
    return buffer.array();
  }

  /** {@return one byte, 0 to 255} */
  int readByte() throws IOException {
    return read(1)[0] & 0xff;
  }

  void write(byte[] bytes) throws IOException {
    connection.write(ByteBuffer.wrap(bytes));
  }

  /** {@return the exception for what is not as it should be; it never repeats what came} */
  ProtocolException fault(String problem) {
    return new ProtocolException(what + ": " + problem);
  }
}
