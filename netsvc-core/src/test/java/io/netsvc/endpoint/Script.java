package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A server over plain sockets which does with its one client as a test says. */
final class Script implements AutoCloseable {
  private final ServerSocket listening =
      new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
  private final CompletableFuture<byte[]> end = new CompletableFuture<>();

  /** What is done; the result is whatever the test wants to know. */
  @FunctionalInterface
  interface Part {
    byte[] play(InputStream from, Sender to) throws IOException;
  }

  /** Sends in one segment, or each byte in its own. */
  record Sender(OutputStream out, boolean bytewise) {
    void send(byte[] bytes) throws IOException {
      if (!bytewise) {
        out.write(bytes);
        return;
      }
      for (byte b : bytes) {
        out.write(b);
      }
    }
  }

  Script(boolean bytewise, Part part) throws IOException {
    Thread.ofVirtual().start(() -> play(bytewise, part));
  }

  private void play(boolean bytewise, Part part) {
    try (var socket = listening.accept()) {
      socket.setTcpNoDelay(true);
      end.complete(
          part.play(socket.getInputStream(), new Sender(socket.getOutputStream(), bytewise)));
      socket.shutdownOutput();
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException | RuntimeException | Error e) {
      end.completeExceptionally(e);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  /** A connection to it, of our own sockets or the JDK's. */
  Connection connect(boolean own) throws IOException, InterruptedException {
    return own
        ? Connector.of(o -> o).connect(address())
        : Connection.of(SocketChannel.open(address()));
  }

  /** What the part returned. */
  Future<byte[]> result() {
    return end;
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
