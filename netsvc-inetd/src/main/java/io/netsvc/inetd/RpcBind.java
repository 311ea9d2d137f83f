package io.netsvc.inetd;

import io.netsvc.inetd.config.Rpc;
import io.netsvc.net.AddressText;
import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import java.io.EOFException;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Tells rpcbind(8) where RPC programs are: the procedures SET and UNSET of RFC 1833, section 2.2.1,
 * called as RFC 5531 has it, over the Unix socket that proves who calls.
 */
final class RpcBind {
  private static final List<Path> SOCKETS =
      List.of(Path.of("/run/rpcbind.sock"), Path.of("/var/run/rpcbind.sock"));

  private static final Path PROGRAMS = Path.of("/etc/rpc");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int RPCBIND = 100_000;
  private static final int RPCBIND_VERSION = 4;
  private static final int SET = 1;
  private static final int UNSET = 2;
  private static final int CALL = 0;
  private static final int REPLY = 1;
  private static final int RPC_VERSION = 2;
  private static final int LAST_FRAGMENT = 0x8000_0000;
  private static final int LONGEST_REPLY = 1_024;

  private static final AtomicInteger CALLS = new AtomicInteger();

  private RpcBind() {}

  /**
   * Says what keeps a program from being announced.
   *
   * @throws IllegalArgumentException if its number is not known, or rpcbind does not run
   */
  static void check(Rpc rpc) {
    try {
      var _ = number(rpc.program());
      var _ = socket();
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Announces each version of a program at an address; what was said of it before is forgotten. */
  static void announce(Rpc rpc, boolean datagram, InetSocketAddress at) throws IOException {
    for (int version = rpc.lowest(); version <= rpc.highest(); version++) {
      if (!call(SET, rpc, version, datagram, at)) {
        call(UNSET, rpc, version, datagram, at);
        if (!call(SET, rpc, version, datagram, at)) {
          throw new IOException("rpcbind refuses " + rpc.program() + " version " + version);
        }
      }
    }
  }

  /** Takes {@link #announce} back. */
  static void withdraw(Rpc rpc, boolean datagram, InetSocketAddress at) throws IOException {
    for (int version = rpc.lowest(); version <= rpc.highest(); version++) {
      call(UNSET, rpc, version, datagram, at);
    }
  }

  /** Returns the number of a program that is named as in rpc(5), or by its number. */
  static int number(String program) throws IOException {
    if (program.matches("[0-9]{1,9}")) {
      return Integer.parseInt(program);
    }
    try (var lines = Files.lines(PROGRAMS, StandardCharsets.ISO_8859_1)) {
      return lines
          .map(line -> line.replaceFirst("#.*", "").trim().split("\\s+"))
          .filter(words -> words.length > 1 && words[1].matches("[0-9]{1,9}"))
          .filter(words -> Stream.of(words).anyMatch(program::equals))
          .mapToInt(words -> Integer.parseInt(words[1]))
          .findFirst()
          .orElseThrow(() -> new IOException("no RPC program \"" + program + "\" in " + PROGRAMS));
    } catch (NoSuchFileException e) {
      throw new IOException(
          "no " + PROGRAMS + " to find RPC program \"" + program + "\" in: expected its number", e);
    }
  }

  private static Path socket() throws IOException {
    return SOCKETS.stream()
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new IOException("rpcbind(8) does not run: no " + SOCKETS.getFirst()));
  }

  private static boolean call(
      int procedure, Rpc rpc, int version, boolean datagram, InetSocketAddress at)
      throws IOException {
    int id = CALLS.incrementAndGet();
    var message = ByteBuffer.allocate(512);
    message.putInt(0).putInt(id).putInt(CALL).putInt(RPC_VERSION);
    message.putInt(RPCBIND).putInt(RPCBIND_VERSION).putInt(procedure);
    message.putLong(0).putLong(0); // credentials and verifier: none
    message.putInt(number(rpc.program())).putInt(version);
    string(message, (datagram ? "udp" : "tcp") + (at.getAddress() instanceof Inet6Address ? "6" : ""));
    string(message, universal(at));
    string(message, "");
    message.putInt(0, LAST_FRAGMENT | message.position() - 4);
    try (var connection =
            Connector.of(o -> o.withTimeout(PATIENCE)).connect(UnixDomainSocketAddress.of(socket()));
        var _ = new Deadline(connection, PATIENCE)) {
      connection.write(message.flip());
      return said(read(connection), id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("rpcbind: interrupted", e);
    }
  }

  /** An address as RFC 5665 writes it: with the port's two bytes behind it. */
  private static String universal(InetSocketAddress at) {
    return AddressText.of(at.getAddress()) + '.' + (at.getPort() >> 8) + '.' + (at.getPort() & 0xff);
  }

  /** As XDR has it, RFC 4506, section 4.11. */
  private static void string(ByteBuffer to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    to.putInt(bytes.length).put(bytes);
    while (to.position() % 4 != 0) {
      to.put((byte) 0);
    }
  }

  private static ByteBuffer read(Connection connection) throws IOException {
    int length = exactly(connection, 4).getInt() & ~LAST_FRAGMENT;
    if (length > LONGEST_REPLY) {
      throw new IOException("rpcbind: a reply of " + length + " bytes");
    }
    return exactly(connection, length);
  }

  private static ByteBuffer exactly(Connection connection, int length) throws IOException {
    var buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (connection.read(buffer) < 0) {
        throw new EOFException("rpcbind: the reply ends early");
      }
    }
    return buffer.flip();
  }

  private static boolean said(ByteBuffer reply, int id) throws IOException {
    // Accepted, no verifier, success, and the boolean.
    if (reply.remaining() < 28 || reply.getInt() != id || reply.getInt() != REPLY) {
      throw new IOException("rpcbind: not a reply");
    }
    if (reply.getInt() != 0 || reply.getLong() != 0 || reply.getInt() != 0) {
      throw new IOException("rpcbind: the call was not accepted");
    }
    return reply.getInt() == 1;
  }
}
