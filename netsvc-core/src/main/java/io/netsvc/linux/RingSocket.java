package io.netsvc.linux;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connected stream socket that is received from and sent to through its loop's ring, by the two
 * pumps of a pair; used on that loop's thread alone. It is asked for events only where those do
 * not say enough by themselves.
 */
public final class RingSocket {
  private final EventLoop loop;
  private final Fd fd;
  private EventLoop.@Nullable Ready ready;
  private @Nullable RingPump from;
  private @Nullable RingPump to;
  private @Nullable Poll readable;
  private @Nullable Poll writable;
  private @Nullable Poll errors;
  private boolean ignored;
  private boolean closed;

  /** Takes over a connected socket. */
  public RingSocket(EventLoop loop, Fd fd) {
    this.loop = loop;
    this.fd = fd;
  }

  /** {@return the pump that receives from one socket and sends to another} */
  public static RingPump pump(RingSocket from, RingSocket to, Pump.Mode mode) {
    var pump = new RingPump(from.loop, from, to, mode);
    from.from = pump;
    to.to = pump;
    return pump;
  }

  /** A wait for events, which calls back with what there is. */
  private final class Poll extends RingOp {
    @Override
    void done(int result, int buffer) {
      if (result >= 0 && !ignored) {
        fire(result);
      }
    }
  }

  Fd fd() {
    return fd;
  }

  void fire(int events) {
    if (ready != null && !closed) {
      ready.ready(events);
    }
  }

  /** Calls back from now on. */
  public void register(EventLoop.Ready callback) {
    ready = callback;
  }

  /** Has the callback called once it is readable or writable, unless a pump finds that out. */
  public void watch(boolean wantsRead, boolean wantsWrite) {
    if (ignored || closed) {
      return;
    }
    if (wantsWrite && (to == null || !to.sends())) {
      writable = poll(writable, EventLoop.OUT, true);
    }
    if (from == null || from.receives()) {
      return;
    }
    if (wantsRead) {
      readable = poll(readable, EventLoop.IN, false);
    } else {
      errors = poll(errors, Ring.ERRORS, true); // nothing else would tell of a reset
    }
  }

  private Poll poll(@Nullable Poll made, int events, boolean on) {
    var poll = made == null ? new Poll() : made;
    if (!poll.busy()) {
      if (on) {
        loop.ring().pollOn(fd, events, poll);
      } else {
        loop.ring().poll(fd, events, poll);
      }
    }
    return poll;
  }

  /** Asks for events no more; pumps go on. */
  public void ignore() {
    ignored = true;
    cancel(readable);
    cancel(writable);
    cancel(errors);
  }

  private void cancel(@Nullable RingOp op) {
    if (op != null) {
      loop.ring().cancel(op);
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
    if (!closed) {
      Sockets.resetOnClose(fd);
    }
  }

  /** Ends what is under way, and closes the socket behind it; once. */
  public void close() {
    if (!closed) {
      closed = true;
      ignore();
      if (from != null) {
        cancel(from.receive());
      }
      loop.ring().close(fd);
    }
  }
}
