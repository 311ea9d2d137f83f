package io.netsvc.dump;

import io.netsvc.net.Outcome;
import io.netsvc.net.Outcome.Side;
import io.netsvc.net.RelayTap;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of what relays move, in both directions, of one or of many.
 *
 * {@snippet :
 * try (var dump = TrafficDump.open(Path.of("x.pcapng"), TrafficDump.Format.PCAPNG)) {
 *   Relay.between(a, b, o -> o.withTap(dump.tap(a.remoteAddress(), b.remoteAddress()))).await();
 * }
 * }
 *
 * <p>It is written by the threads of the relays, and flushed after each piece: a disk that stalls
 * has them wait. One that is full is logged once, and all go on without. Safe for use by multiple
 * concurrent threads; who opened it closes it, and relays that go on then are not written.
 */
public final class TrafficDump implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrafficDump.class);

  private final Path file;
  private final OutputStream out;
  private final Encoder encoder;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  private TrafficDump(Path file, OutputStream out, Encoder encoder) {
    this.file = file;
    this.out = out;
    this.encoder = encoder;
  }

  /** What the file looks like. */
  public enum Format {
    /** The bytes themselves, those of both directions one after the other. */
    RAW,
    /** Text: who sends, and the bytes as {@code hexdump -C} prints them, each direction counted. */
    HEX,
    /**
     * Packets that Wireshark and tcpdump read: TCP (or UDP), with the true addresses, ports, times
     * and bytes, and made up sequence numbers. Addresses that are no IP ones are replaced by loopback
     * ones, and told in a comment. See the pcapng draft, draft-ietf-opsawg-pcapng.
     */
    PCAPNG
  }

  /** Opens a new file, or empties one. */
  public static TrafficDump open(Path file, Format format) throws IOException {
    return open(file, format, StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Opens a file to write at its end. */
  public static TrafficDump append(Path file, Format format) throws IOException {
    return open(file, format, StandardOpenOption.APPEND);
  }

  private static TrafficDump open(Path file, Format format, OpenOption how) throws IOException {
    Objects.requireNonNull(file, "file");
    var encoder =
        switch (Objects.requireNonNull(format, "format")) {
          case RAW -> new RawEncoder();
          case HEX -> new HexEncoder();
          case PCAPNG -> new PcapngEncoder();
        };
    boolean goesOn = how == StandardOpenOption.APPEND && beginsWith(file, encoder.begin());
    var dump =
        new TrafficDump(
            file,
            new BufferedOutputStream(
                Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)),
            encoder);
    try {
      dump.tryWrite(goesOn ? List.of() : encoder.begin());
    } catch (IOException e) {
      dump.out.close();
      throw e;
    }
    return dump;
  }

  /** {@return whether a file is one of this format already} */
  private static boolean beginsWith(Path file, List<ByteBuffer> begin) throws IOException {
    if (begin.isEmpty() || !Files.isRegularFile(file)) {
      return false;
    }
    try (var in = Files.newInputStream(file)) {
      for (var piece : begin) {
        if (!ByteBuffer.wrap(in.readNBytes(piece.remaining())).equals(piece)) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Returns who writes the bytes of one relay. */
  public RelayTap tap(SocketAddress first, SocketAddress second) {
    return new Tap(encoder.stream(first, second));
  }

  /** As {@link #tap}, of a relay whose reads are datagrams. */
  public RelayTap datagramTap(SocketAddress first, SocketAddress second) {
    return new Tap(encoder.datagrams(first, second));
  }

  private void write(List<ByteBuffer> pieces) {
    lock.lock();
    try {
      if (!closed) {
        tryWrite(pieces);
      }
    } catch (IOException e) {
      closed = true;
      log.warn("the dump {} ends here cause=\"{}\"", file, e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  private void tryWrite(List<ByteBuffer> pieces) throws IOException {
    for (var piece : pieces) {
      out.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      boolean whole = !closed;
      closed = true;
      if (whole) {
        out.close();
      } else {
        closeQuietly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** After a failure its buffer cannot be written any more, which was said. */
  private void closeQuietly() {
    try {
      out.close();
    } catch (IOException e) {
      log.debug("close of {} cause=\"{}\"", file, e.getMessage());
    }
  }

  private final class Tap implements RelayTap {
    private final Encoder.Conversation conversation;

    Tap(Encoder.Conversation conversation) {
      this.conversation = conversation;
      write(conversation.begin());
    }

    @Override
    public void seen(Side from, ByteBuffer bytes) {
      write(conversation.seen(from, bytes.duplicate()));
    }

    @Override
    public void ended(Outcome outcome) {
      write(conversation.end(outcome));
    }
  }
}
