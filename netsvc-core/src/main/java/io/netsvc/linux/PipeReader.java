package io.netsvc.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pipe on an event loop, which costs no thread, until its end or {@link #close}. All that
 * happens to it happens on the loop's thread.
 */
public final class PipeReader {
  /** A pipe's usual capacity; see pipe(7). */
  private static final int CHUNK = 64 * 1024;

  /** Whoever writes on and on cannot hold up a close. */
  private static final int LAST_CHUNKS = 16;

  private final Fd fd;
  private final EventLoop loop;
  private final Sink sink;
  private EventLoop.@Nullable Registration registration;
  private boolean ended;

  /** What gets the bytes, on the loop's thread: it must not block. */
  public interface Sink {

    /** Takes bytes that are there for the time of the call. */
    void read(ByteBuffer bytes);

    /** Nothing comes any more; called once. */
    void ended();
  }

  private PipeReader(Fd fd, EventLoop loop, Sink sink) {
    this.fd = fd;
    this.loop = loop;
    this.sink = sink;
  }

  /** Takes over the read end of a pipe, and closes it in the end. */
  public static PipeReader open(Fd fd, EventLoop loop, Sink sink) throws IOException {
    fd.setNonBlocking(true);
    var reader = new PipeReader(fd, loop, sink);
    loop.execute(reader::begin);
    return reader;
  }

  private void begin() {
    if (ended) {
      return;
    }
    try {
      registration = loop.register(fd, EventLoop.IN, this::ready);
    } catch (IOException e) {
      end(); // the writer sees a broken pipe, and is not held up
    }
  }

  private void ready() {
    if (readOnce() == 0) {
      end();
    }
  }

  /** Returns how many bytes were read, 0 at the end, or a negative errno. */
  private long readOnce() {
    if (ended) {
      return 0;
    }
    var buffer = loop.scratch().asSlice(0, CHUNK);
    long n = fd.read(buffer, CHUNK);
    if (n > 0) {
      sink.read(buffer.asSlice(0, n).asByteBuffer());
    }
    // A pipe has no errors of its own.
    return n == -Errno.EAGAIN || n == -Errno.EINTR ? n : Math.max(n, 0);
  }

  /** Ends the reading with what is in the pipe now, soon; whoever writes on gets EPIPE. */
  public void close() {
    loop.execute(
        () -> {
          for (int i = 0; i < LAST_CHUNKS && readOnce() > 0; i++) {}
          end();
        });
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (registration != null) {
      registration.cancel();
    }
    fd.close();
    sink.ended();
  }
}
