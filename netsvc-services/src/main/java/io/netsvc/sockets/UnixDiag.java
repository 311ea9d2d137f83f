package io.netsvc.sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What NETLINK_SOCK_DIAG is asked and answers about Unix sockets: unix_diag.h. */
final class UnixDiag {
  private static final int REQUEST = 24;
  private static final int MESSAGE = 16;
  private static final int AF_UNIX = 1;
  private static final int ATTRIBUTE_NAME = 0;
  private static final int ATTRIBUTE_FILE = 1;
  private static final int ATTRIBUTE_PEER = 2;
  private static final int ATTRIBUTE_QUEUES = 4;
  private static final int ATTRIBUTE_SHUTDOWN = 6;
  private static final int ATTRIBUTE_UID = 7;

  /** UDIAG_SHOW_ of the name, the file, the peer, the queues and the user. */
  private static final int SHOW = 1 | 2 | 4 | 16 | 64;

  private UnixDiag() {}

  /** Returns a request, struct unix_diag_req, for the sockets of every type in these states. */
  static byte[] request(int states) {
    var out = ByteBuffer.allocate(REQUEST).order(ByteOrder.nativeOrder());
    out.put((byte) AF_UNIX).put((byte) 0).putShort((short) 0).putInt(states).putInt(0).putInt(SHOW);
    return out.array();
  }

  /** Reads a reply; null if it is none that this understands. */
  static @Nullable UnixEntry entry(ByteBuffer in) {
    var protocol = in.remaining() < MESSAGE ? null : protocol(in.get(1));
    var state = protocol == null ? null : SocketState.of(in.get(2));
    if (protocol == null || state == null) {
      return null;
    }
    byte[] name = {};
    long peer = 0;
    long receiveQueue = 0;
    long sendQueue = 0;
    int uid = 0;
    int shutdown = 0;
    var file = OptionalLong.empty();
    long device = 0;
    var attributes = new Attributes(in, MESSAGE);
    while (attributes.next()) {
      int value = attributes.value();
      int size = attributes.size();
      switch (attributes.type()) {
        case ATTRIBUTE_NAME -> name = name(in, value, size);
        case ATTRIBUTE_FILE -> {
          file = size < 4 ? file : OptionalLong.of(unsigned(in, value));
          device = size < 8 ? 0 : unsigned(in, value + 4);
        }
        case ATTRIBUTE_PEER -> peer = size < 4 ? 0 : unsigned(in, value);
        case ATTRIBUTE_QUEUES -> {
          receiveQueue = size < 8 ? 0 : unsigned(in, value);
          sendQueue = size < 8 ? 0 : unsigned(in, value + 4);
        }
        case ATTRIBUTE_SHUTDOWN -> shutdown = size < 1 ? 0 : in.get(value);
        case ATTRIBUTE_UID -> uid = size < 4 ? 0 : in.getInt(value);
        default -> {}
      }
    }
    return new UnixEntry(
        protocol,
        state,
        name,
        receiveQueue,
        sendQueue,
        uid,
        unsigned(in, 4),
        in.getLong(8),
        peer,
        file,
        device,
        shutdown);
  }

  /** A path has the NUL that ends it; in an abstract name every NUL counts. */
  private static byte[] name(ByteBuffer in, int at, int size) {
    boolean ends = size > 1 && in.get(at) != 0 && in.get(at + size - 1) == 0;
    byte[] name = new byte[ends ? size - 1 : size];
    in.get(at, name);
    return name;
  }

  static @Nullable SocketProtocol protocol(int type) {
    return switch (type) {
      case 1 -> SocketProtocol.UNIX_STREAM;
      case 2 -> SocketProtocol.UNIX_DATAGRAM;
      case 5 -> SocketProtocol.UNIX_SEQPACKET;
      default -> null;
    };
  }

  private static long unsigned(ByteBuffer in, int at) {
    return Integer.toUnsignedLong(in.getInt(at));
  }
}
