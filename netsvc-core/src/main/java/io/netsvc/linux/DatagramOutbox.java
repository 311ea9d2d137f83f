package io.netsvc.linux;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What of a {@link DatagramBatch} is to be sent, and to whom. Datagrams of one length to one peer go
 * as one message that the kernel, or the network card, cuts again (UDP_SEGMENT of udp(7)).
 */
public final class DatagramOutbox {
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** UDP_MAX_SEGMENTS of the kernels before 6.9. */
  private static final int MAX_SEGMENTS = 64;

  private static final int MAX_BYTES = 65_507;

  private static final byte[] NOBODY = {};

  private final DatagramBatch batch;
  private final Messages messages;
  private final int[] first = new int[DatagramBatch.MESSAGES];
  private final int[] end = new int[DatagramBatch.MESSAGES];
  private final int[] datagrams = new int[DatagramBatch.MESSAGES];
  private final int[] bytes = new int[DatagramBatch.MESSAGES];
  private final int[] source = new int[DatagramBatch.MESSAGES];
  private final boolean[] connected = new boolean[DatagramBatch.MESSAGES];
  private final boolean[] joined = new boolean[DatagramBatch.MESSAGES];
  private int planned;

  DatagramOutbox(DatagramBatch batch, Messages messages) {
    this.batch = batch;
    this.messages = messages;
  }

  /** What became of datagrams; called while they are sent. */
  public interface Report {
    /** These were sent. */
    void sent(int datagrams, long bytes);

    /**
     * These were not.
     *
     * @param message the first of them in the batch
     * @param datagrams 0 if an earlier one was not, as only a connected socket is told
     */
    void failed(int message, int datagrams, int errno);
  }

  void clear() {
    planned = 0;
  }

  /**
   * Plans to send some messages of the batch, each once and in order.
   *
   * @param flow to whom; null for whom the socket is connected to
   * @param cuts whether the kernel cuts messages: only of a UDP socket that {@link
   *     SocketOption#JOINED_RECEIVE} can be set on, as any other would send them whole
   */
  public void add(int from, int to, @Nullable DatagramFlow flow, boolean cuts) {
    int at = from;
    while (at < to) {
      int next = cuts ? joinable(at, to) : at + 1;
      joined[planned] = cuts;
      plan(at, next, flow);
      at = next;
    }
  }

  /** {@return the message after the last one from this on that makes one with it} */
  private int joinable(int from, int to) {
    int segment = batch.segment(from);
    int count = batch.datagrams(from);
    int total = batch.bytes(from);
    int at = from + 1;
    // One that is shorter is the last: where it ends is not said.
    while (at < to
        && segment > 0
        && total == count * segment
        && batch.bytes(at) > 0
        && (batch.segment(at) == segment || (batch.datagrams(at) == 1 && batch.bytes(at) < segment))
        && count + batch.datagrams(at) <= MAX_SEGMENTS
        && total + batch.bytes(at) <= MAX_BYTES) {
      count += batch.datagrams(at);
      total += batch.bytes(at);
      at++;
    }
    return at;
  }

  private void plan(int from, int to, @Nullable DatagramFlow flow) {
    int message = planned++;
    first[message] = from;
    end[message] = to;
    datagrams[message] = 0;
    bytes[message] = 0;
    for (int i = from; i < to; i++) {
      messages.vector(message, i, batch.slot(i), batch.bytes(i));
      datagrams[message] += batch.datagrams(i);
      bytes[message] += batch.bytes(i);
    }
    messages.parts(message, from, to - from);
    connected[message] = flow == null;
    messages.name(message, flow == null ? NOBODY : flow.name());
    source[message] = flow == null ? 0 : messages.source(message, flow.asked());
    int control = source[message];
    if (datagrams[message] > 1) {
      control = messages.segment(message, control, batch.segment(from));
    }
    messages.control(message, control);
  }

  /** Sends what was planned, without blocking. What does not go does not keep the rest from going. */
  public void flush(Fd fd, Report report) {
    int number = fd.number();
    int done = 0;
    int told = 0; // the errno of an earlier datagram that this message was told of
    while (done < planned) {
      if (datagrams[done] > 1 && !joined[done]) {
        singly(number, done++, report);
        continue;
      }
      int n = send(number, done, whole(done) - done);
      if (n < 0 && told == 0 && connected[done] && pending(-n)) {
        told = -n;
        continue;
      }
      if (n > 0) {
        if (told != 0) {
          report.failed(first[done], 0, told);
        }
        report.sent(sum(datagrams, done, done + n), sum(bytes, done, done + n));
        done += n;
      } else if (n == -Errno.EAGAIN || n == -Errno.ENOBUFS) {
        // The buffer is full, so the others would not go either.
        report.failed(first[done], sum(datagrams, done, planned), -n);
        done = planned;
      } else if (datagrams[done] > 1 && uncut(-n)) {
        singly(number, done++, report);
      } else {
        report.failed(first[done], datagrams[done++], -n);
      }
      told = 0;
    }
    planned = 0;
  }

  private static int sum(int[] of, int from, int to) {
    return Arrays.stream(of, from, to).sum();
  }

  /** {@return the message after the last one from this on that need not be sent singly} */
  private int whole(int from) {
    int at = from;
    while (at < planned && (datagrams[at] == 1 || joined[at])) {
      at++;
    }
    return at;
  }

  private int send(int fd, int message, int count) {
    return Syscalls.sendmmsg(fd, messages.headers(message), count, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /** May be an ICMP error for an earlier datagram: this one was not sent, and can be. */
  private static boolean pending(int errno) {
    return switch (errno) {
      case Errno.ECONNREFUSED,
          Errno.EHOSTUNREACH,
          Errno.ENETUNREACH,
          Errno.EHOSTDOWN,
          Errno.ENONET,
          Errno.EPROTO,
          Errno.ENOPROTOOPT ->
          true;
      default -> false;
    };
  }

  /** The interface cannot cut it, or each datagram has to be fragmented. */
  private static boolean uncut(int errno) {
    return errno == Errno.EINVAL || errno == Errno.EMSGSIZE || errno == Errno.EIO;
  }

  private void singly(int fd, int message, Report report) {
    messages.control(message, source[message]);
    for (int i = first[message]; i < end[message]; i++) {
      int length = batch.bytes(i);
      int segment = batch.segment(i);
      for (int at = 0; at < length; at += segment) {
        int part = Math.min(segment, length - at);
        messages.vector(message, i, batch.slot(i).asSlice(at), part);
        int n = send(fd, message, 1);
        if (n > 0) {
          report.sent(1, part);
        } else {
          report.failed(i, 1, -n);
        }
      }
    }
  }
}
