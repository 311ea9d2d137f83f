package io.netsvc.net;

import io.netsvc.linux.RelayHints;
import io.netsvc.linux.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relaying any two connections by copies, through their blocking calls: those of two transports, of
 * an app's own, or wrapped ones. The pair lives on a virtual thread; each read and each write is a
 * virtual thread of its own, which tells the pair when it is done. Like a selector it cannot tell a
 * reset from a side that is not read.
 */
final class BlockingRelay {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private BlockingRelay() {}

  static Joined join(Connection first, Connection second) {
    var loop = new Loop();
    var a = new Socket(loop, first);
    var b = new Socket(loop, second);
    return new Joined(loop, a, b, new Way(a, b), new Way(b, a));
  }

  /** A virtual thread that ends when both sockets are closed. */
  private static final class Loop implements RelayLoop {
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Timers timers = new Timers();
    private int open = 2;

    Loop() {
      Thread.ofVirtual().name("netsvc-relay").start(this::run);
    }

    private void run() {
      while (open > 0) {
        try {
          guarded(tasks.poll(timers.leftNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
          continue; // nobody has this thread
        }
        for (var due = timers.poll(); due != null; due = timers.poll()) {
          guarded(due);
        }
      }
    }

    private static void guarded(@Nullable Runnable task) {
      try {
        if (task != null) {
          task.run();
        }
      } catch (RuntimeException | Error e) {
        log.warn("a relay's task failed", e);
      }
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Runnable schedule(Runnable task, long delayNanos) {
      var timer = timers.add(task, System.nanoTime() + delayNanos);
      return () -> timers.cancel(timer);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  private static final class Socket implements RelaySocket {
    private final Loop loop;
    private final Connection connection;
    private Ready ready = (_, _, _) -> {};
    private @Nullable Pending end;
    private boolean closed;

    Socket(Loop loop, Connection connection) {
      this.loop = loop;
      this.connection = connection;
    }

    @Override
    public void register(Ready callback) {
      ready = callback;
    }

    /** What pends has been begun already. */
    @Override
    public void watch(boolean readable, boolean writable) {}

    @Override
    public void ignore() {}

    @Override
    public boolean diesWhole() {
      return connection.remoteAddress() instanceof InetSocketAddress;
    }

    @Override
    public boolean unsent() {
      return connection instanceof RelayHints hints && hints.unsent();
    }

    /** The close of a wrapped connection need not wait for what it has still to say: this does. */
    @Override
    public boolean endOutput(boolean closes) throws IOException {
      if (end == null) {
        end =
            new Pending(
                this,
                false,
                () -> {
                  connection.shutdownOutput();
                  return 0;
                });
      }
      var result = end.take();
      if (result != null) {
        var _ = result.get();
      }
      return result != null;
    }

    @Override
    public void reset() {
      connection.abort();
      close();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        loop.open--;
        connection.close();
      }
    }
  }

  /** A call that blocks. */
  private interface Call {
    int run() throws IOException;
  }

  /** What a call came to. */
  private record Done(int count, @Nullable IOException failure) {
    int get() throws IOException {
      if (failure != null) {
        throw failure;
      }
      return count;
    }

    static Done of(Call call) {
      try {
        return new Done(call.run(), null);
      } catch (IOException e) {
        return new Done(0, e);
      } catch (RuntimeException | Error e) {
        return new Done(0, new IOException(e.toString(), e));
      }
    }
  }

  /** A call on a thread of its own, which has the pair make its own call again when it is over. */
  private static final class Pending {
    private @Nullable Done done;

    Pending(Socket socket, boolean reads, Call call) {
      Thread.ofVirtual()
          .name("netsvc-relay-io")
          .start(
              () -> {
                var result = Done.of(call);
                socket.loop.execute(
                    () -> {
                      done = result;
                      socket.ready.ready(reads, !reads, false);
                    });
              });
    }

    /** {@return what came of it; null while it is not over} */
    @Nullable Done take() {
      return done;
    }
  }

  private static final class Way implements Mover {
    private static final int FIRST_SIZE = 16 * 1024;
    private static final int MESSAGE_SIZE = 64 * 1024;
    private static final int MAX_SIZE = 256 * 1024;

    private final Socket source;
    private final Socket sink;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int size;
    private int held;
    private @Nullable Pending pending;

    Way(Socket source, Socket sink) {
      this.source = source;
      this.sink = sink;
      boolean messages = source.connection instanceof RelayHints hints && hints.isOfMessages();
      this.size = messages ? MESSAGE_SIZE : FIRST_SIZE;
    }

    @Override
    public long receive(long most) throws IOException {
      if (pending == null) {
        if (buffer.capacity() < size) {
          buffer = ByteBuffer.allocate(size);
        }
        buffer.clear().limit((int) Math.min(most, buffer.capacity()));
        pending = new Pending(source, true, () -> source.connection.read(buffer));
      }
      var read = pending.take();
      if (read == null) {
        return BEGUN;
      }
      pending = null;
      int n = read.get();
      if (n < 0) {
        return END;
      }
      if (n == 0) {
        return receive(most); // an app's own connection may do so; it has a thread to itself
      }
      if (!buffer.hasRemaining()) {
        size = Math.min(MAX_SIZE, 2 * buffer.capacity());
      }
      buffer.flip();
      held = n;
      return n;
    }

    @Override
    public long send() throws IOException {
      if (pending == null) {
        pending = new Pending(sink, false, () -> sink.connection.write(buffer));
      }
      var written = pending.take();
      if (written == null) {
        return BEGUN;
      }
      pending = null;
      try {
        return written.get();
      } finally {
        held = 0;
      }
    }

    @Override
    public ByteBuffer view() {
      return buffer.asReadOnlyBuffer();
    }

    @Override
    public long held() {
      return held;
    }

    @Override
    public boolean spliced() {
      return false;
    }

    @Override
    public void close() {
      held = 0;
    }
  }
}
