package io.netsvc.net;

import java.net.SocketAddress;
import java.time.Duration;

/** How a {@link Connector} connects; immutable, so an instance may be shared and reused. */
public sealed interface ConnectOptions extends SocketTuning<ConnectOptions>
    permits ConnectSettings {

  /**
   * Returns these options with this long for all of it: the name's resolution, every address, every
   * retry. Positive. Default: 10 s.
   */
  ConnectOptions withTimeout(Duration timeout);

  /**
   * Returns these options with this long between the begins of two attempts at addresses of one
   * name, positive; the next one begins at once when one fails. Default: 250 ms, as RFC 8305 says.
   */
  ConnectOptions withAttemptDelay(Duration delay);

  /**
   * Returns these options with so many more tries of all addresses, 0 to 1000, when the last one was
   * refused, reset or could not be routed: the first one so long after, positive, and each later one
   * after twice the time of the one before. There is none that the timeout would not leave time for.
   * Default: none.
   */
  ConnectOptions withRetries(int retries, Duration first);

  /**
   * Returns these options with connections from this address, port 0 for any. Only targets of its
   * family can then be connected to. Default: the kernel chooses.
   */
  ConnectOptions withSource(SocketAddress source);

  /**
   * Returns these options with the first bytes written in the packet that opens the connection, where
   * this machine has connected there before: TCP_FASTOPEN_CONNECT of tcp(7). Such a connection is
   * given out before the peer has answered, so that its first write or read fails instead of the
   * connect, and nothing is sent before that write: not for protocols where the server speaks first.
   * What is written so may come twice. The system's {@code net.ipv4.tcp_fastopen} must allow it to
   * clients. Default: off. Linux.
   */
  ConnectOptions withFastOpen(boolean fastOpen);
}
