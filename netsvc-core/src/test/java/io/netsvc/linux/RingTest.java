package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring by itself, on the test's thread. */
@Timeout(30)
class RingTest {

  /** What a send has come to. */
  private static final class Result extends RingOp {
    int value = Integer.MAX_VALUE;

    @Override
    void done(int result, int buffer) {
      value = result;
    }
  }

  @BeforeEach
  void requireARing() {
    try (var _ = new Ring()) {
      assumeTrue(true);
    } catch (LinuxException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  /** A send that fails tells so, however much else is done at the same time. */
  @Test
  void send_toAClosedPeer_amongMoreCompletionsThanThereIsRoomFor_fails() throws Exception {
    for (int others : new int[] {0, 100, 5_000, 9_000}) {
      try (var ring = new Ring();
          var arena = Arena.ofConfined();
          var listening =
              Sockets.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 1, Sockets.Kind.STREAM, _ -> {})) {
        var address = Sockets.localAddress(listening);
        Fd accepted;
        try (var client = SocketChannel.open(address)) {
          accepted = accept(listening);
          client.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
        } // a reset
        try (accepted) {
          var polls = new ArrayList<Result>();
          for (int i = 0; i < others; i++) {
            var poll = new Result();
            polls.add(poll);
            ring.poll(accepted, EventLoop.IN, poll);
          }
          var first = new Result();
          var second = new Result();
          ring.send(accepted, arena.allocate(1_000).address(), 1_000, true, first);
          ring.send(accepted, arena.allocate(1_000).address(), 1_000, true, second);
          while (first.value == Integer.MAX_VALUE || second.value == Integer.MAX_VALUE) {
            ring.enter(1_000_000);
            ring.drain();
          }
          assertThat(first.value).as("with %d others", others).isNegative();
          assertThat(second.value).as("with %d others", others).isNegative();
          while (polls.stream().anyMatch(RingOp::busy)) {
            ring.enter(1_000_000);
            ring.drain();
          }
        }
      }
    }
  }

  private static Fd accept(Fd listening) throws Exception {
    while (true) {
      var accepted = Sockets.accept(listening);
      if (accepted != null) {
        return accepted.fd();
      }
      Thread.onSpinWait();
    }
  }
}
