package io.netsvc.linux;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The event loop that everything in this JVM shares; a daemon, opened at first use. */
public final class Loops {
  private Loops() {}

  private static final class Holder {
    static final EventLoop SHARED = open();

    private static EventLoop open() {
      try {
        return EventLoop.open("netsvc-loop");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** {@return the shared loop; nobody closes it} */
  public static EventLoop shared() {
    return Holder.SHARED;
  }
}
