package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array of struct mmsghdr of recvmmsg(2), with what each points to: an address, the place of its
 * data, and ancillary data as in cmsg(3). As 64-bit Linux has it.
 */
final class Messages {
  /** Ancillary data of one message: a pktinfo of either family, and a segment's length. */
  static final int CONTROL = 128;

  /** A struct cmsghdr. */
  static final int CMSG = 16;

  static final int SOL_IP = 0;
  static final int SOL_UDP = 17;
  static final int SOL_IPV6 = 41;
  static final int IP_PKTINFO = 8;
  static final int IPV6_PKTINFO = 50;
  static final int UDP_SEGMENT = 103;
  static final int UDP_GRO = 104;

  private static final int COUNT = DatagramBatch.MESSAGES;
  private static final long HEADER = 64;
  private static final int NAME_LENGTH = 8;
  private static final int VECTOR = 16;
  private static final int VECTORS = 24;
  private static final int CONTROL_AT = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;
  private static final long IOVEC = 16;

  private final MemorySegment headers;
  private final MemorySegment names;
  private final MemorySegment vectors;
  private final MemorySegment controls;

  Messages(Arena arena) {
    headers = arena.allocate(COUNT * HEADER, 8);
    names = arena.allocate((long) COUNT * SocketAddresses.MAX, 8);
    vectors = arena.allocate(COUNT * IOVEC, 8);
    controls = arena.allocate((long) COUNT * CONTROL, 8);
    for (int i = 0; i < COUNT; i++) {
      headers.set(ADDRESS, i * HEADER, names.asSlice(nameAt(i)));
      headers.set(ADDRESS, i * HEADER + CONTROL_AT, controls.asSlice(controlAt(i)));
    }
  }

  MemorySegment headers() {
    return headers;
  }

  /** {@return the headers from one on} */
  MemorySegment headers(int first) {
    return headers.asSlice(first * HEADER);
  }

  MemorySegment names() {
    return names;
  }

  MemorySegment controls() {
    return controls;
  }

  static long nameAt(int message) {
    return (long) message * SocketAddresses.MAX;
  }

  static long controlAt(int message) {
    return (long) message * CONTROL;
  }

  /** Makes a message's address so long. */
  void name(int message, int length) {
    headers.set(JAVA_INT, message * HEADER + NAME_LENGTH, length);
  }

  void name(int message, byte[] name) {
    MemorySegment.copy(name, 0, names, JAVA_BYTE, nameAt(message), name.length);
    name(message, name.length);
  }

  int nameLength(int message) {
    return Math.min(SocketAddresses.MAX, headers.get(JAVA_INT, message * HEADER + NAME_LENGTH));
  }

  /** Sets where a part of the data is; parts are numbered through all messages. */
  void vector(int message, int part, MemorySegment data, long length) {
    vectors.set(ADDRESS, part * IOVEC, data);
    vectors.set(JAVA_LONG, part * IOVEC + 8, length);
    parts(message, part, 1);
  }

  /** Sets which parts a message's data is. */
  void parts(int message, int first, int count) {
    headers.set(ADDRESS, message * HEADER + VECTOR, vectors.asSlice(first * IOVEC));
    headers.set(JAVA_LONG, message * HEADER + VECTORS, count);
  }

  /** Makes a message's ancillary data so long; its pointer is null for none. */
  void control(int message, long length) {
    headers.set(JAVA_LONG, message * HEADER + CONTROL_LENGTH, length);
  }

  long controlLength(int message) {
    return Math.min(CONTROL, headers.get(JAVA_LONG, message * HEADER + CONTROL_LENGTH));
  }

  int flags(int message) {
    return headers.get(JAVA_INT, message * HEADER + FLAGS);
  }

  int length(int message) {
    return headers.get(JAVA_INT, message * HEADER + LENGTH);
  }

  static boolean is(MemorySegment controls, long at, int level, int type) {
    return controls.get(JAVA_INT, at + 8) == level && controls.get(JAVA_INT, at + 12) == type;
  }

  /** Says which address of ours a message leaves from; returns how long its ancillary data is now. */
  int source(int message, byte[] asked) {
    if (asked.length == 0) {
      return 0;
    }
    long at = controlAt(message);
    if (asked.length == DatagramFlow.IPV6) {
      begin(at, SOL_IPV6, IPV6_PKTINFO, asked.length);
      MemorySegment.copy(asked, 0, controls, JAVA_BYTE, at + CMSG, asked.length);
      return 40;
    }
    begin(at, SOL_IP, IP_PKTINFO, 12);
    controls.set(JAVA_INT, at + CMSG, 0); // by any interface
    MemorySegment.copy(asked, 0, controls, JAVA_BYTE, at + CMSG + 4, asked.length);
    controls.set(JAVA_INT, at + CMSG + 8, 0);
    return 32;
  }

  /** Says how long each datagram of a message is; returns how long its ancillary data is now. */
  int segment(int message, int before, int length) {
    long at = controlAt(message) + before;
    begin(at, SOL_UDP, UDP_SEGMENT, 2);
    controls.set(JAVA_SHORT, at + CMSG, (short) length);
    return before + 24;
  }

  private void begin(long at, int level, int type, int length) {
    controls.set(JAVA_LONG, at, CMSG + length);
    controls.set(JAVA_INT, at + 8, level);
    controls.set(JAVA_INT, at + 12, type);
  }
}
