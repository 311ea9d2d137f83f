package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.linux.Errno;
import io.netsvc.linux.Failures;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever accept(2) fails with, a listener goes on. */
@Timeout(30)
class AcceptErrorsTest {

  /** The linux transport, whose first accepts fail. */
  private record Failing(Supplier failure, AtomicInteger left) implements Transport {
    interface Supplier {
      Throwable get();
    }

    @Override
    public ListeningSocket listen(SocketAddress address, ListenSettings settings)
        throws IOException {
      var socket = Contract.LINUX_IPV4.transport().listen(address, settings);
      return new ListeningSocket() {
        @Override
        public @Nullable Connection accept() throws IOException {
          if (left.getAndDecrement() > 0) {
            switch (failure.get()) {
              case IOException e -> throw e;
              case RuntimeException e -> throw e;
              case Throwable e -> throw (Error) e;
            }
          }
          return socket.accept();
        }

        @Override
        public SocketAddress localAddress() {
          return socket.localAddress();
        }

        @Override
        public void onReadable(Runnable ready) throws IOException {
          socket.onReadable(ready);
        }

        @Override
        public void watch(boolean wanted) throws IOException {
          socket.watch(wanted);
        }

        @Override
        public void close() {
          socket.close();
        }
      };
    }

    @Override
    public boolean separatesFamilies() {
      return true;
    }

    @Override
    public BoundSocket bind(SocketAddress address, DatagramSettings settings) {
      throw new AssertionError();
    }

    @Override
    public Connection connect(SocketAddress address, ConnectSettings settings, long deadline) {
      throw new AssertionError();
    }
  }

  private static Map<String, Failing.Supplier> failures() {
    var all = new LinkedHashMap<String, Failing.Supplier>();
    var errnos =
        new int[] {
          Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EINVAL, Errno.ETIMEDOUT,
          Errno.EPROTO, Errno.EPERM, Errno.ECONNABORTED, 4711
        };
    for (int errno : errnos) {
      all.put(Errno.name(errno), () -> Failures.of("accept", errno));
    }
    all.put("IOException", IOException::new);
    all.put("RuntimeException", () -> new IllegalStateException("expected by the test"));
    all.put("Error", () -> new NoClassDefFoundError("expected by the test"));
    return all;
  }

  @Test
  void serve_whenAcceptFails_pausesAndServesTheSameClient() throws Exception {
    var listeners = new LinkedHashMap<String, Listener>();
    var clients = new LinkedHashMap<String, java.nio.channels.SocketChannel>();
    try {
      for (var failure : failures().entrySet()) {
        var transport = new Failing(failure.getValue(), new AtomicInteger(1));
        var listener = Listener.open(transport, Contract.LINUX_IPV4.address(), o -> o);
        listeners.put(failure.getKey(), listener);
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        clients.put(failure.getKey(), Contract.connect(listener));
      }
      long startNanos = System.nanoTime();
      for (var client : clients.entrySet()) {
        assertThat(client.getValue().read(ByteBuffer.allocate(1))).as(client.getKey()).isEqualTo(1);
      }
      // All paused at the same time, for a second.
      assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(5));
      for (var listener : listeners.entrySet()) {
        var snapshot = listener.getValue().snapshot();
        assertThat(snapshot.failed()).as(listener.getKey()).isEqualTo(1);
        assertThat(snapshot.accepted()).as(listener.getKey()).isEqualTo(1);
        assertThat(snapshot.paused()).as(listener.getKey()).isFalse();
      }
    } finally {
      for (var client : clients.values()) {
        client.close();
      }
      listeners.values().forEach(Listener::close);
    }
  }

  @Test
  void accept_whenItFails_throwsAndTheNextOneGivesTheClient() throws Exception {
    for (var failure : failures().entrySet()) {
      var transport = new Failing(failure.getValue(), new AtomicInteger(1));
      try (var listener = Listener.open(transport, Contract.LINUX_IPV4.address(), o -> o);
          var client = Contract.connect(listener)) {
        assertThatThrownBy(listener::accept).as(failure.getKey()).isNotNull();
        try (var connection = listener.accept()) {
          assertThat(connection.remoteAddress()).isEqualTo(client.getLocalAddress());
        }
      }
    }
  }
}
