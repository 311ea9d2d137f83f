package io.netsvc.process;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A program that {@link PumpedSpawner} started. Safe for use by multiple concurrent threads. */
public final class PumpedProcess {
  private static final int BUFFER = 16 * 1024;

  private final Process process;
  private final Connection connection;
  private final Thread input;
  private final Thread output;

  private PumpedProcess(Process process, Connection connection) {
    this.process = process;
    this.connection = connection;
    var name = "netsvc-pump-" + process.pid();
    this.input = Thread.ofVirtual().name(name + "-in").start(this::pumpInput);
    this.output = Thread.ofVirtual().name(name + "-out").start(this::pumpOutput);
  }

  static PumpedProcess pump(Process process, Connection connection) {
    return new PumpedProcess(process, connection);
  }

  private void pumpInput() {
    try (OutputStream stdin = process.getOutputStream()) {
      copy(connection, Channels.newChannel(stdin), stdin);
    } catch (IOException e) {
      // The peer is gone, or the program reads no more: its input has ended either way.
    }
  }

  private void pumpOutput() {
    try (var stdout = process.getInputStream()) {
      copy(Channels.newChannel(stdout), connection, OutputStream.nullOutputStream());
      connection.shutdownOutput();
    } catch (IOException e) {
      // The peer is gone: the program learns it from the closed pipe, as it would from a socket.
    }
  }

  private static void copy(ReadableByteChannel from, WritableByteChannel to, OutputStream flushed)
      throws IOException {
    var buffer = ByteBuffer.allocate(BUFFER);
    while (from.read(buffer.clear()) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
      flushed.flush();
    }
  }

  /** {@return the process id} */
  public long pid() {
    return process.pid();
  }

  /**
   * Waits until the program has ended and all its output is written to the connection, which then
   * reads no more.
   *
   * @return what {@link Process#exitValue} says: on Unix the exit code, or 128 and the signal
   */
  public int awaitExit() throws InterruptedException {
    int code = process.waitFor();
    output.join();
    try {
      connection.shutdownInput(); // wakes the input pump, which may wait for a peer that is idle
    } catch (IOException e) {
      // Closed already.
    }
    input.join();
    return code;
  }

  /** Ends the program with SIGTERM, or as the platform does. */
  public void destroy() {
    process.destroy();
  }

  @Override
  public String toString() {
    return "pid " + pid() + " (pumped)";
  }
}
