package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A small server of HTTP/1.0, or of whatever lines end with an empty one, on plain sockets. */
final class WebTarget implements AutoCloseable {
  static final String REQUEST = "GET / HTTP/1.0\r\n\r\n";

  private final ServerSocket listening;
  private final String text;

  WebTarget(String host, String text) throws IOException {
    this(new ServerSocket(0, 50, InetAddress.ofLiteral(host)), text);
  }

  WebTarget(ServerSocket listening, String text) {
    this.listening = listening;
    this.text = text;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var socket = listening.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        // It is closed, or a client is gone.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var request = new StringBuilder();
      while (request.indexOf("\r\n\r\n") < 0) {
        int c = socket.getInputStream().read();
        if (c < 0) {
          return;
        }
        request.append((char) c);
      }
      var reply =
          "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(text.length(), text);
      socket.getOutputStream().write(reply.getBytes(ISO_8859_1));
    } catch (IOException e) {
      // The client is gone.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
