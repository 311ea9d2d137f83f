package io.netsvc.linux;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A connected stream socket that does not block, watched by one loop; used on its thread alone. */
public final class StreamSocket {
  private final EventLoop loop;
  private final Fd fd;
  private EventLoop.@Nullable Registration registration;
  private int watched = -1;
  private boolean closed;

  /** Takes over a connected socket. */
  public StreamSocket(EventLoop loop, Fd fd) {
    this.loop = loop;
    this.fd = fd;
  }

  /** {@return the fd, which stays this socket's} */
  public Fd fd() {
    return fd;
  }

  /** Calls back from now on. */
  public void register(EventLoop.Ready ready) throws IOException {
    fd.setNonBlocking(true);
    watched = EventLoop.IN;
    registration = loop.register(fd, EventLoop.IN, ready);
  }

  /** Watches for these events. */
  public void watch(int events) throws IOException {
    if (registration != null && watched != events) {
      watched = events;
      registration.interest(events);
    }
  }

  /** Watches no more, for good. */
  public void ignore() {
    if (registration != null) {
      registration.cancel();
      registration = null;
    }
  }

  /** {@return whether the peer has not acknowledged all that was sent} */
  public boolean unsent() {
    return Sockets.unsent(fd);
  }

  /** Sends a FIN. */
  public void shutdownOutput() throws IOException {
    Sockets.shutdown(fd, Sockets.SHUT_WR);
  }

  /** Makes the close a RST. */
  public void resetOnClose() {
    Sockets.resetOnClose(fd);
  }

  /** Closes the socket; once. */
  public void close() {
    if (!closed) {
      closed = true;
      ignore();
      fd.close();
    }
  }
}
