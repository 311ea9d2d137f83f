package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Listener;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.util.Optional;

/**
 * One end of a relay, which gives connections: it connects, accepts, starts a program or opens a
 * file. {@link Ends} makes them from URIs; an app may have its own. Ends are safe for use by multiple
 * concurrent threads.
 */
public interface End extends AutoCloseable {

  /**
   * Gives a connection, which the caller closes; blocks until there is one, but no virtual thread's
   * carrier.
   *
   * @throws IOException if there is none to be had, in one line that names this end
   * @throws InterruptedException if this thread is interrupted; nothing stays open
   */
  Connection open() throws IOException, InterruptedException;

  /**
   * {@return what listens for this end's connections; empty for an end that is no listener of
   * streams} Whoever accepts from it has each connection {@link #greet greeted}.
   *
   * @throws IOException if it cannot listen there
   */
  default Optional<Listener> listener() throws IOException {
    return Optional.empty();
  }

  /**
   * Does what an accepted connection needs before it is relayed, such as a TLS handshake.
   *
   * @return the connection to use from then on
   * @throws IOException if that fails; the connection is closed then
   */
  default Connection greet(Connection accepted) throws IOException, InterruptedException {
    return accepted;
  }

  /**
   * {@return where its clients go, which each of them says; empty if they do not, and another end is
   * where they go}
   */
  default Optional<Upstream> upstream() {
    return Optional.empty();
  }

  /** {@return whether it waits for whoever comes next, and another one may come after that} */
  default boolean accepts() {
    return false;
  }

  /** {@return whether the next one can come only once the one before has ended} */
  default boolean acceptsInTurn() {
    return false;
  }

  /**
   * {@return whether its connections are of datagrams: each read and each write is one, and there is
   * no end of input}
   */
  default boolean isDatagram() {
    return false;
  }

  /** {@return whether it has but one connection to give, such as the standard streams} */
  default boolean isSingle() {
    return false;
  }

  /** Stops listening; connections that it gave stay open. */
  @Override
  default void close() {}
}
