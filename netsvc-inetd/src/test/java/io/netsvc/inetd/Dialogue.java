package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client of a protocol of lines that end in CR LF. */
final class Dialogue implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader in;

  Dialogue(int port) throws Exception {
    socket = Clients.connect(port);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Returns the next line, or null at the end. */
  @Nullable String line() throws IOException {
    return in.readLine();
  }

  /** Sends a line and returns the next one that comes. */
  @Nullable String say(String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    return line();
  }

  /** Reads until a line that matches. */
  void awaitLine(String regex) throws IOException {
    var line = line();
    while (line != null && !line.matches(regex)) {
      line = line();
    }
    assertThat(line).as("no line of %s", regex).isNotNull();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
