package io.netsvc.inetd;

import io.netsvc.process.OutputListener;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The pipes that a server's programs write to, read until nobody can write to them any more, or
 * until the server ends: what a program has started may hold one for years.
 */
final class Outputs {
  private final Map<Object, Runnable> open = new HashMap<>();

  /** Has a listener get what a program writes to fd 1 or 2. */
  synchronized void read(SpawnedProcess program, int fd, OutputListener listener)
      throws IOException {
    var key = new Object();
    var end =
        program.onOutput(
            fd,
            new OutputListener() {
              @Override
              public void written(ByteBuffer bytes) {
                listener.written(bytes);
              }

              @Override
              public void ended() {
                try {
                  listener.ended();
                } finally {
                  gone(key);
                }
              }
            });
    open.put(key, end); // before its end can come here, since that takes the same lock
  }

  private synchronized void gone(Object key) {
    open.remove(key);
    notifyAll();
  }

  /** Reads no more, and returns when the listeners have got what was written until now. */
  synchronized void close() {
    open.values().forEach(Runnable::run);
    boolean interrupted = false;
    while (!open.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
