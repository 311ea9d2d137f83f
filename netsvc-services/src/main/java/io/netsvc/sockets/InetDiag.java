package io.netsvc.sockets;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What NETLINK_SOCK_DIAG is asked and answers about IPv4 and IPv6: inet_diag.h. */
final class InetDiag {
  private static final int REQUEST = 56;
  private static final int MESSAGE = 72;

  private static final int ATTRIBUTE_MEMORY = 7;
  private static final int ATTRIBUTE_SHUTDOWN = 8;
  private static final int ATTRIBUTE_V6ONLY = 11;
  private static final int ATTRIBUTE_MARK = 15;
  private static final int ATTRIBUTE_CGROUP = 21;
  private static final int ATTRIBUTE_OPTIONS = 22;
  private static final int REQUEST_BYTECODE = 1;
  private static final int REQUEST_PROTOCOL = 3;
  private static final byte BYTECODE_SOURCE_PORT_EQUALS = 11;

  /** The bits of struct inet_diag_sockopt, from the lowest of its first byte on. */
  private static final List<String> OPTIONS =
      List.of(
          "recverr", "is_icsk", "freebind", "hdrincl", "mc_loop", "transparent", "mc_all",
          "nodefrag", "bind_address_no_port", "recverr_rfc4884", "defer_connect");

  private static final Extras NONE =
      new Extras(
          Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), 0, 0);

  private InetDiag() {}

  /** The addresses of a socket. */
  record Ends(
      StandardProtocolFamily family,
      InetSocketAddress local,
      InetSocketAddress remote) {}

  /** What not every reply has. */
  record Extras(
      Optional<Boolean> v6Only,
      Optional<SocketTimer> timer,
      Optional<SocketMemory> memory,
      OptionalLong mark,
      OptionalLong cgroup,
      int shutdown,
      int optionBits) {
    static Extras none() {
      return NONE;
    }

    Set<String> options() {
      var set = new LinkedHashSet<String>();
      for (int i = 0; i < OPTIONS.size(); i++) {
        if ((optionBits & 1 << i) != 0) {
          set.add(OPTIONS.get(i));
        }
      }
      return Collections.unmodifiableSet(set);
    }
  }

  /**
   * Returns a request: struct inet_diag_req_v2 and its attributes.
   *
   * @param states the kernel's bits
   * @param port the local port that the kernel shall look for, if it is one
   */
  static byte[] request(
      StandardProtocolFamily family,
      SocketProtocol protocol,
      int states,
      boolean memory,
      OptionalInt port) {
    boolean large = protocol.number() > 255;
    int size = REQUEST + (large ? 8 : 0) + (port.isPresent() ? 12 : 0);
    var out = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    out.put((byte) (family == StandardProtocolFamily.INET ? 2 : 10)).put((byte) protocol.number());
    out.put((byte) (memory ? 1 << (ATTRIBUTE_MEMORY - 1) : 0)).put((byte) 0).putInt(states);
    out.position(REQUEST);
    if (large) {
      out.putShort((short) 8).putShort((short) REQUEST_PROTOCOL).putInt(protocol.number());
    }
    if (port.isPresent()) {
      // One operation, whose second half is the port: on to the end if equal, beyond it if not.
      out.putShort((short) 12).putShort((short) REQUEST_BYTECODE);
      out.put(BYTECODE_SOURCE_PORT_EQUALS).put((byte) 8).putShort((short) 12);
      out.putShort((short) 0).putShort((short) port.getAsInt());
    }
    return out.array();
  }

  /** Reads a reply; null if it is none that this understands. */
  static @Nullable InetEntry entry(
      SocketProtocol protocol, ByteBuffer in, IntFunction<String> devices) {
    if (in.remaining() < MESSAGE) {
      return null;
    }
    var state = state(protocol, in.get(1));
    if (state == null) {
      return null;
    }
    int device = in.getInt(40);
    return new InetEntry(
        protocol,
        state,
        ends(in, device),
        device == 0 ? "" : devices.apply(device),
        Integer.toUnsignedLong(in.getInt(56)),
        Integer.toUnsignedLong(in.getInt(60)),
        in.getInt(64),
        Integer.toUnsignedLong(in.getInt(68)),
        in.getLong(44),
        extras(in));
  }

  /** The kernel lists a closed TCP socket only if it is bound, and only for the bit of that state. */
  private static @Nullable SocketState state(SocketProtocol protocol, int number) {
    var state = SocketState.of(number);
    return state == SocketState.CLOSED && protocol == SocketProtocol.TCP ? SocketState.BOUND : state;
  }

  private static Ends ends(ByteBuffer in, int device) {
    boolean four = in.get(0) == 2;
    int length = four ? 4 : 16;
    byte[] local = new byte[length];
    byte[] remote = new byte[length];
    in.get(8, local).get(24, remote);
    return ends(local, port(in, 4), remote, port(in, 6), device);
  }

  static Ends ends(byte[] local, int localPort, byte[] remote, int remotePort, int device) {
    return new Ends(
        local.length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6,
        new InetSocketAddress(address(local, device), localPort),
        new InetSocketAddress(address(remote, device), remotePort));
  }

  private static int port(ByteBuffer in, int at) {
    return (in.get(at) & 0xff) << 8 | (in.get(at + 1) & 0xff);
  }

  private static InetAddress address(byte[] raw, int device) {
    try {
      boolean scoped = raw.length == 16 && device != 0 && (raw[0] & 0xff) == 0xfe && raw[1] < 0;
      return scoped
          ? Inet6Address.getByAddress(null, raw, device)
          : InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // 4 or 16 bytes
    }
  }

  private static Extras extras(ByteBuffer in) {
    Optional<Boolean> v6Only = Optional.empty();
    Optional<SocketMemory> memory = Optional.empty();
    var mark = OptionalLong.empty();
    var cgroup = OptionalLong.empty();
    int shutdown = 0;
    int options = 0;
    var attributes = new Attributes(in, MESSAGE);
    while (attributes.next()) {
      int value = attributes.value();
      int size = attributes.size();
      switch (attributes.type()) {
        case ATTRIBUTE_V6ONLY -> v6Only = Optional.of(size > 0 && in.get(value) != 0);
        case ATTRIBUTE_MEMORY -> memory = memory(in, value, size);
        case ATTRIBUTE_SHUTDOWN -> shutdown = size > 0 ? in.get(value) : 0;
        case ATTRIBUTE_MARK -> mark = size < 4 ? mark : OptionalLong.of(unsigned(in, value));
        case ATTRIBUTE_CGROUP -> cgroup = size < 8 ? cgroup : OptionalLong.of(in.getLong(value));
        case ATTRIBUTE_OPTIONS -> options = optionBits(in, value, size);
        default -> {}
      }
    }
    return new Extras(v6Only, timer(in), memory, mark, cgroup, shutdown, options);
  }

  private static Optional<SocketTimer> timer(ByteBuffer in) {
    int kind = in.get(2) & 0xff;
    if (kind == 0) {
      return Optional.empty();
    }
    var kinds = SocketTimer.Kind.values();
    return Optional.of(
        new SocketTimer(
            kinds[Math.min(kind, kinds.length) - 1],
            Duration.ofMillis(unsigned(in, 52)),
            in.get(3) & 0xff));
  }

  private static Optional<SocketMemory> memory(ByteBuffer in, int at, int size) {
    if (size < 32) {
      return Optional.empty();
    }
    return Optional.of(
        new SocketMemory(
            unsigned(in, at),
            unsigned(in, at + 4),
            unsigned(in, at + 8),
            unsigned(in, at + 12),
            unsigned(in, at + 16),
            unsigned(in, at + 20),
            unsigned(in, at + 24),
            unsigned(in, at + 28),
            size < 36 ? 0 : unsigned(in, at + 32)));
  }

  private static int optionBits(ByteBuffer in, int at, int size) {
    int low = size > 0 ? in.get(at) & 0xff : 0;
    return size > 1 ? low | (in.get(at + 1) & 0xff) << 8 : low;
  }

  private static long unsigned(ByteBuffer in, int at) {
    return Integer.toUnsignedLong(in.getInt(at));
  }
}
