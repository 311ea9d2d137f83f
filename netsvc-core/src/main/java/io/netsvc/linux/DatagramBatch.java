package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Memory for datagrams between their receipt and their being sent on, and the system calls for many
 * at a time: recvmmsg(2) here, sendmmsg(2) in {@link #outbox}. A message is one datagram, or several
 * of one flow that the kernel has joined (UDP_GRO of udp(7)), all of one length but the last. A batch
 * is borrowed for the time of a callback, so that idle sockets own no memory; used by one thread at a
 * time.
 */
public final class DatagramBatch implements AutoCloseable {
  /** How many messages one takes. */
  public static final int MESSAGES = 32;

  /** The longest datagram, or several joined. */
  static final int SLOT = 65_536;

  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_PEEK = 2;
  private static final int MSG_DONTWAIT = 0x40;

  private static final ArrayBlockingQueue<DatagramBatch> FREE =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  private final Messages messages;
  private final MemorySegment data;
  private final int[] lengths = new int[MESSAGES];
  private final int[] segments = new int[MESSAGES];
  private final int[] askedAt = new int[MESSAGES];
  private final int[] askedLength = new int[MESSAGES];
  private final DatagramOutbox outbox;
  private int size;

  private DatagramBatch() {
    var arena = Arena.ofAuto();
    messages = new Messages(arena);
    data = arena.allocate((long) MESSAGES * SLOT, 4096);
    for (int i = 0; i < MESSAGES; i++) {
      messages.vector(i, i, slot(i), SLOT);
    }
    outbox = new DatagramOutbox(this, new Messages(arena));
  }

  /** Takes an empty one, until {@link #close} gives it back. */
  public static DatagramBatch borrow() {
    var batch = FREE.poll();
    return batch == null ? new DatagramBatch() : batch;
  }

  @Override
  public void close() {
    size = 0;
    outbox.clear();
    FREE.offer(this); // one too many is the collector's
  }

  /** {@return where these messages are sent on from} */
  public DatagramOutbox outbox() {
    return outbox;
  }

  /**
   * Receives what waits, without blocking.
   *
   * @param max messages at most, 1 to {@value #MESSAGES}
   * @return how many messages; 0 if none waits
   * @throws LinuxException with recvmmsg(2)'s errno: of a connected socket also what became of an
   *     earlier datagram, such as ECONNREFUSED, and then more may wait
   */
  public int receive(Fd fd, int max) throws LinuxException {
    return receive(fd, max, MSG_DONTWAIT);
  }

  /** As {@link #receive(Fd, int)}, but one message that stays where it is. */
  public int peek(Fd fd) throws LinuxException {
    return receive(fd, 1, MSG_DONTWAIT | MSG_PEEK);
  }

  private int receive(Fd fd, int max, int flags) throws LinuxException {
    size = 0;
    for (int i = 0; i < max; i++) { // the kernel has written how long they were
      messages.name(i, SocketAddresses.MAX);
      messages.control(i, Messages.CONTROL);
    }
    int n = Syscalls.recvmmsg(fd.number(), messages.headers(), max, flags);
    if (n == -Errno.EAGAIN || n == -Errno.EINTR) {
      return 0;
    }
    if (n < 0) {
      throw new LinuxException("recvmmsg", -n);
    }
    for (int i = 0; i < n; i++) {
      lengths[i] = messages.length(i);
      segments[i] = 0;
      askedLength[i] = 0;
      ancillary(i);
    }
    size = n;
    return n;
  }

  private void ancillary(int message) {
    long at = Messages.controlAt(message);
    long end = at + messages.controlLength(message);
    var controls = messages.controls();
    while (end - at >= Messages.CMSG) {
      long length = controls.get(JAVA_LONG, at);
      int value = (int) at + Messages.CMSG;
      if (Messages.is(controls, at, Messages.SOL_UDP, Messages.UDP_GRO)) {
        segments[message] = controls.get(JAVA_INT, value);
      } else if (Messages.is(controls, at, Messages.SOL_IP, Messages.IP_PKTINFO)) {
        askedAt[message] = value + 4; // ipi_spec_dst: ours, where ipi_addr may be a multicast group
        askedLength[message] = DatagramFlow.IPV4;
      } else if (Messages.is(controls, at, Messages.SOL_IPV6, Messages.IPV6_PKTINFO)
          && controls.get(JAVA_BYTE, value) != (byte) 0xff) { // from a multicast group none is sent
        askedAt[message] = value;
        askedLength[message] = DatagramFlow.IPV6;
      }
      at += length + 7 & ~7L;
    }
  }

  /** {@return whether the message was longer than a slot, and has lost its end} */
  public boolean cut(int message) {
    return (messages.flags(message) & MSG_TRUNC) != 0;
  }

  /** {@return the message after the last one from this on that is of the same flow} */
  public int run(int message) {
    int end = message + 1;
    while (end < size && same(message, end) && cut(message) == cut(end)) {
      end++;
    }
    return end;
  }

  private boolean same(int a, int b) {
    int length = messages.nameLength(a);
    return length == messages.nameLength(b)
        && equal(messages.names(), Messages.nameAt(a), Messages.nameAt(b), length)
        && askedLength[a] == askedLength[b]
        && equal(messages.controls(), askedAt[a], askedAt[b], askedLength[a]);
  }

  private static boolean equal(MemorySegment in, long a, long b, int length) {
    return MemorySegment.mismatch(in, a, a + length, in, b, b + length) < 0;
  }

  /** {@return the message's peer, and which of our addresses it was sent to} */
  public DatagramFlow flow(int message) {
    byte[] name = new byte[messages.nameLength(message)];
    MemorySegment.copy(
        messages.names(), JAVA_BYTE, Messages.nameAt(message), name, 0, name.length);
    return new DatagramFlow(name, asked(message));
  }

  private byte[] asked(int message) {
    byte[] asked = new byte[askedLength[message]];
    MemorySegment.copy(messages.controls(), JAVA_BYTE, askedAt[message], asked, 0, asked.length);
    if (asked.length == DatagramFlow.IPV6 && !linkLocal(asked)) {
      Arrays.fill(asked, 16, DatagramFlow.IPV6, (byte) 0); // or a reply had to leave by this interface
    }
    return asked;
  }

  private static boolean linkLocal(byte[] address) {
    return address[0] == (byte) 0xfe && (address[1] & 0xc0) == 0x80;
  }

  /** {@return the message's sender} */
  public SocketAddress peer(int message) {
    int length = messages.nameLength(message);
    return SocketAddresses.decode(
        messages.names().asSlice(Messages.nameAt(message), SocketAddresses.MAX), length);
  }

  /** {@return which of our addresses the message was sent to, if the socket was told to say it} */
  public Optional<InetAddress> askedAddress(int message) {
    byte[] asked = asked(message);
    if (asked.length == 0) {
      return Optional.empty();
    }
    try {
      if (asked.length == DatagramFlow.IPV6) {
        int scope = messages.controls().get(JAVA_INT, askedAt[message] + 16L);
        byte[] raw = Arrays.copyOf(asked, 16);
        return Optional.of(
            linkLocal(asked)
                ? java.net.Inet6Address.getByAddress(null, raw, scope)
                : InetAddress.getByAddress(raw));
      }
      return Optional.of(InetAddress.getByAddress(asked));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** {@return how many datagrams the message is} */
  public int datagrams(int message) {
    int segment = segment(message);
    return segment == 0 ? 1 : (lengths[message] + segment - 1) / segment;
  }

  /** {@return how many bytes all datagrams of the message have together} */
  public int bytes(int message) {
    return lengths[message];
  }

  /** {@return how long each datagram of the message is, but the last; all of an empty one are 0} */
  int segment(int message) {
    int segment = segments[message];
    return segment > 0 && segment < lengths[message] ? segment : lengths[message];
  }

  MemorySegment slot(int message) {
    return data.asSlice((long) message * SLOT, SLOT);
  }

  /** Copies one datagram of a message. */
  public ByteBuffer copy(int message, int datagram) {
    int from = datagram * segment(message);
    byte[] copy = new byte[Math.min(segment(message), lengths[message] - from)];
    MemorySegment.copy(slot(message), JAVA_BYTE, from, copy, 0, copy.length);
    return ByteBuffer.wrap(copy);
  }

  /**
   * Adds a datagram to be sent, at most {@value #MESSAGES} of them; its position stays.
   *
   * @throws LinuxException if it is longer than any can be
   */
  public void put(ByteBuffer datagram) throws LinuxException {
    int length = datagram.remaining();
    if (length > SLOT) {
      throw new LinuxException("sendmmsg", Errno.EMSGSIZE);
    }
    MemorySegment.copy(MemorySegment.ofBuffer(datagram), 0, slot(size), 0, length);
    lengths[size] = length;
    segments[size++] = 0;
  }

  /** {@return how many messages it holds} */
  public int size() {
    return size;
  }
}
