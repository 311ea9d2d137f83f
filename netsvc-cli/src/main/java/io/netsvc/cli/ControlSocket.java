package io.netsvc.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netsvc.net.Connection;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.Listener;
import io.netsvc.net.PassedSocket;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Where a running command is told what to do: a Unix socket that its user alone may connect to.
 * Each connection is one line of JSON with a {@code verb} and mostly a {@code service}, and one
 * line of JSON for an answer, with an {@code error} if it failed.
 */
final class ControlSocket implements AutoCloseable {
  /** A request has a verb and a name. */
  private static final int LONGEST = 4096;

  static final ObjectMapper JSON = new ObjectMapper();

  /** What the socket is called where a service manager passes it. */
  static final String NAME = "netsvc-control";

  /** What it is called where a command passes the one that it has opened itself. */
  static final String OWN = "netsvc-control-own";

  /** An answer that is on its way gets so long. */
  private static final Duration LAST_ANSWER = Duration.ofSeconds(1);

  private final Listener listener;
  private final String name;

  private ControlSocket(Listener listener, String name) {
    this.listener = listener;
    this.name = name;
  }

  /** What does as it is told. */
  @FunctionalInterface
  interface Verbs {
    /**
     * Adds to the answer what came of it.
     *
     * @param service the service that is meant, empty for none
     * @throws IllegalArgumentException if there is no such verb
     */
    void run(String verb, String service, ObjectNode answer) throws IOException;
  }

  /** {@return where a command listens that was not told where} */
  static Path usual() {
    var runtime = System.getenv("XDG_RUNTIME_DIR");
    return Path.of(runtime == null || runtime.isEmpty() ? "/run" : runtime, "netsvc.sock");
  }

  /**
   * Listens from now on.
   *
   * @throws io.netsvc.net.BindFailedException if another command listens there
   */
  static ControlSocket open(Path path, Verbs verbs) throws IOException {
    return serve(
        Listener.open(UnixDomainSocketAddress.of(path), o -> options(o).withUnixMode(0600)),
        OWN,
        verbs);
  }

  /** Takes over the socket of a predecessor, or of a service manager. */
  static ControlSocket adopt(PassedSocket passed, Verbs verbs) throws IOException {
    return serve(passed.listener(ControlSocket::options), passed.name(), verbs);
  }

  private static ListenOptions options(ListenOptions defaults) {
    return defaults.withMaxConnections(16);
  }

  private static ControlSocket serve(Listener listener, String name, Verbs verbs)
      throws IOException {
    try {
      listener.serve(connection -> answer(connection, verbs));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    return new ControlSocket(listener, name);
  }

  private static void answer(Connection connection, Verbs verbs) throws IOException {
    var answer = JSON.createObjectNode();
    try {
      var request = JSON.readTree(line(connection));
      verbs.run(text(request, "verb"), text(request, "service"), answer);
    } catch (JsonProcessingException e) {
      answer.put("error", "not a request: " + e.getOriginalMessage());
    } catch (IOException e) {
      answer.put("error", SocketTable.explain(e));
    } catch (IllegalArgumentException | IllegalStateException | NoSuchElementException e) {
      answer.put("error", e.getMessage());
    }
    send(connection, answer);
  }

  private static String text(JsonNode request, String field) {
    return request.path(field).asText("");
  }

  /**
   * Asks a running command.
   *
   * @throws IOException if nobody listens there, or the answer cannot be understood
   */
  static JsonNode ask(Connection connection, String verb, Optional<String> service)
      throws IOException {
    var request = JSON.createObjectNode().put("verb", verb);
    service.ifPresent(name -> request.put("service", name));
    send(connection, request);
    connection.shutdownOutput();
    return JSON.readTree(all(connection));
  }

  private static void send(Connection connection, JsonNode message) throws IOException {
    connection.write(ByteBuffer.wrap((message + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  /** Reads a line, or what there is before the end. */
  private static String line(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(LONGEST);
    while (buffer.hasRemaining()) {
      int from = buffer.position();
      if (connection.read(buffer) < 0) {
        break;
      }
      for (int i = from; i < buffer.position(); i++) {
        if (buffer.get(i) == '\n') {
          return new String(buffer.array(), 0, i, StandardCharsets.UTF_8);
        }
      }
    }
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
  }

  private static byte[] all(Connection connection) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(8192);
    while (connection.read(buffer.clear()) >= 0) {
      out.write(buffer.array(), 0, buffer.position());
    }
    return out.toByteArray();
  }

  /** {@return the socket under its name, for a process that takes it over} */
  Map<String, Listener> passed() {
    return Map.of(name, listener);
  }

  /** The command that had it before has left it to this one. */
  void own() throws IOException {
    if (name.equals(OWN)) {
      listener.attach();
    }
  }

  /** Removes the socket's file, unless another process has the socket. */
  @Override
  public void close() {
    listener.stop(LAST_ANSWER);
  }
}
