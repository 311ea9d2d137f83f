package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Both ends of TLS over loopback, with the client's end beneath it. */
record TlsPair(Connection client, Connection server, Connection rawClient) implements AutoCloseable {

  /** Both ends of TCP. */
  record Raw(Connection client, Connection server) {
    static Raw open() throws Exception {
      try (var listener = listen()) {
        var client = connect(listener.localAddress());
        return new Raw(client, listener.accept());
      }
    }
  }

  static TlsPair open(Tls client, Tls server) throws Exception {
    return open(Raw.open(), client, server);
  }

  static TlsPair open(Raw raw, Tls client, Tls server) throws Exception {
    var accepted = async(() -> server.accept(raw.server));
    var connected = client.connect(raw.client, "localhost", 1);
    return new TlsPair(connected, accepted.get(20, TimeUnit.SECONDS), raw.client);
  }

  static Listener listen() throws IOException {
    return Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  static Connection connect(SocketAddress address) throws Exception {
    return Connector.of(o -> o.withRetries(200, java.time.Duration.ofMillis(5))).connect(address);
  }

  static <T> CompletableFuture<T> async(Callable<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.call();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  static CompletableFuture<Boolean> sending(Connection to, byte[] bytes, boolean end) {
    return async(
        () -> {
          to.write(ByteBuffer.wrap(bytes));
          if (end) {
            to.shutdownOutput();
          }
          return true;
        });
  }

  static byte[] receive(Connection from) throws IOException {
    return receive(from, Integer.MAX_VALUE);
  }

  static byte[] receive(Connection from, int size) throws IOException {
    var all = new ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(50_000);
    while (all.size() < size) {
      buffer.clear().limit(Math.min(buffer.capacity(), size - all.size()));
      int n = from.read(buffer);
      if (n < 0) {
        break;
      }
      all.write(buffer.array(), 0, n);
    }
    return all.toByteArray();
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  /** Gives what ends too early the time to do so. */
  static void later() {
    long until = System.nanoTime() + 600_000_000;
    while (until - System.nanoTime() > 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  /** The files of a certificate: its chain, and its key. */
  record Pems(Path chain, Path key) {
    static Pems of(Path directory, String name, Identity identity) throws Exception {
      var chain = directory.resolve(name + ".pem");
      var key = directory.resolve(name + ".key");
      Files.writeString(chain, pem("CERTIFICATE", identity.chain().getFirst().getEncoded()));
      Files.writeString(key, pem("PRIVATE KEY", identity.key().getEncoded()));
      return new Pems(chain, key);
    }

    static Pems local(Path directory) throws Exception {
      return of(directory, "local", SelfSigned.of(SelfSigned.LOCAL));
    }

    Tls client() throws IOException {
      return Tls.client(o -> o.withTrust(chain));
    }

    Tls client(String version) throws IOException {
      return Tls.client(o -> o.withTrust(chain).withProtocols(List.of(version)));
    }

    Tls server() throws IOException {
      return Tls.server(o -> o.withCertificate(chain, key));
    }

    private static String pem(String label, byte[] der) {
      var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
      return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }
  }

  @Override
  public void close() {
    client.abort();
    server.abort();
  }
}
