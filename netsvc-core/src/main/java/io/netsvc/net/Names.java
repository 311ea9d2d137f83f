package io.netsvc.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Names to addresses, with a deadline. {@link InetAddress} can be neither interrupted nor given one,
 * and it holds the thread inside the C library, a virtual thread's carrier too; so each lookup has a
 * platform thread, and all who ask for a name meanwhile wait for the same one. A lookup that hangs
 * costs the one thread until the system's resolver gives it up.
 */
final class Names {
  static final Names SYSTEM = new Names(InetAddress::getAllByName);

  private final Lookup lookup;
  private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> running =
      new ConcurrentHashMap<>();

  Names(Lookup lookup) {
    this.lookup = lookup;
  }

  /** {@link InetAddress#getAllByName}, as a rule. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  /** Resolves a name or reads a literal; in the resolver's order. */
  List<InetAddress> resolve(String host, long deadlineNanos)
      throws IOException, InterruptedException {
    if (looksLiteral(host)) {
      try {
        return List.of(InetAddress.ofLiteral(host));
      } catch (IllegalArgumentException e) {
        throw ConnectFailures.because(new UnknownHostException(host), e);
      }
    }
    var found = running.computeIfAbsent(host, this::start);
    try {
      return found.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw ConnectFailures.because(new SocketTimeoutException(host), e);
    } catch (ExecutionException e) {
      throw ConnectFailures.because(new UnknownHostException(host), e.getCause());
    }
  }

  /** Nothing to look up: no name has a colon, or nothing but digits in its last label. */
  private static boolean looksLiteral(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  private CompletableFuture<List<InetAddress>> start(String host) {
    var future = new CompletableFuture<List<InetAddress>>();
    Thread.ofPlatform()
        .daemon()
        .name("netsvc-lookup")
        .start(
            () -> {
              try {
                future.complete(List.of(lookup.all(host)));
              } catch (UnknownHostException | RuntimeException | Error e) {
                future.completeExceptionally(e);
              } finally {
                running.remove(host, future);
              }
            });
    return future;
  }
}
