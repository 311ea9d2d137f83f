package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client asked a {@link ProxyServer} for; it waits for one answer, from one thread. */
public final class ProxyRequest {
  private static final Logger log = LoggerFactory.getLogger(ProxyServer.class);
  private static final Duration DRAINED = Duration.ofSeconds(2);
  private static final int MOST = 256 * 1024;

  private final Handshake handshake;
  private final Dialect.Asked asked;

  ProxyRequest(Handshake handshake, Dialect.Asked asked) {
    this.handshake = handshake;
    this.asked = asked;
  }

  /** {@return where the client wants to be connected to} */
  public Target target() {
    return asked.target();
  }

  /**
   * Tells the client that it is connected; all it says from now on is for the target.
   *
   * @param bound the local address of the connection to the target, which SOCKS clients are told
   * @throws IOException if that cannot be written; the client is reset then
   */
  public void grant(SocketAddress bound) throws IOException {
    Objects.requireNonNull(bound, "bound");
    try {
      handshake.write(asked.dialect().granted(bound));
    } catch (IOException | RuntimeException | Error e) {
      handshake.connection().abort();
      throw e;
    }
  }

  /**
   * Tells the client that the target cannot be reached, and closes its connection. So that the
   * answer arrives (bytes that nobody read would make the kernel send a RST after it), it first waits
   * for the client to close, for up to 2 seconds or 256 KiB.
   *
   * @param cause tells which answer: {@link java.net.ConnectException} is code 5 of RFC 1928 section 6
   *     or HTTP's 502, {@link java.net.SocketTimeoutException} is 6 or 504, {@link
   *     java.net.UnknownHostException} and {@link java.net.NoRouteToHostException} are 4 or 502, and all else
   *     is 1 or 502; SOCKS 4 says 91 to all
   */
  public void refuse(IOException cause) {
    end(handshake, asked.dialect().refused(Failure.of(Objects.requireNonNull(cause, "cause"))));
  }

  /** Writes a last reply, and closes once the client has it. */
  static void end(Handshake handshake, byte[] reply) {
    var client = handshake.connection();
    try {
      int _ = Deadline.within(DRAINED, handshake.what(), client, () -> drain(handshake, reply));
    } catch (IOException e) {
      log.debug("refused, and not closed by {} cause=\"{}\"", handshake.what(), e.getMessage());
    } finally {
      client.close();
    }
  }

  private static int drain(Handshake handshake, byte[] reply) throws IOException {
    handshake.write(reply);
    handshake.connection().shutdownOutput();
    var buffer = ByteBuffer.allocate(8 * 1024);
    int drained = 0;
    while (drained < MOST) {
      int count = handshake.connection().read(buffer.clear());
      if (count < 0) {
        break;
      }
      drained += count;
    }
    return drained;
  }

  /** Connects by a route, and answers by what comes of it. */
  Connection connect(ProxyServer.Route route) throws IOException, InterruptedException {
    Connection connection;
    try {
      connection = route.connect(target());
    } catch (IOException e) {
      refuse(e);
      throw e;
    }
    try {
      grant(connection.localAddress());
    } catch (IOException | RuntimeException | Error e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  @Override
  public String toString() {
    return handshake.what() + " to " + target();
  }
}
