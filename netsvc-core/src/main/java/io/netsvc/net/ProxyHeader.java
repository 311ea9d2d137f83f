package io.netsvc.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy says first on a connection: whose it is. The PROXY protocol of HAProxy's
 * proxy-protocol.txt, in both its versions. Headers are immutable.
 */
public final class ProxyHeader {
  /** The type of the TLV that holds the header's checksum. */
  static final int CRC32C = 3;

  private final Version version;
  private final Command command;
  private final @Nullable SocketAddress source;
  private final @Nullable SocketAddress destination;
  private final List<Tlv> tlvs;

  ProxyHeader(
      Version version,
      Command command,
      @Nullable SocketAddress source,
      @Nullable SocketAddress destination,
      List<Tlv> tlvs) {
    this.version = version;
    this.command = command;
    this.source = source;
    this.destination = destination;
    this.tlvs = List.copyOf(tlvs);
  }

  /** How a header is written. */
  public enum Version {
    /** One line of text, for TCP only. */
    V1,
    /** Binary, with Unix addresses and TLVs. */
    V2
  }

  /** On whose behalf a proxy has connected. */
  public enum Command {
    /** Its own, as for a health check; the connection's own addresses hold. */
    LOCAL,
    /** Somebody else's, whom {@link ProxyHeader#source} names unless the protocol is unknown. */
    PROXY
  }

  /** One further thing that a header of version 2 tells, by its type. */
  public static final class Tlv {
    private final int type;
    private final byte[] value;

    Tlv(int type, byte[] value) {
      this.type = type;
      this.value = value;
    }

    /** {@return 0 to 255, such as 2 for the name that a TLS client asked for} */
    public int type() {
      return type;
    }

    /** {@return the bytes, as a copy} */
    public byte[] value() {
      return value.clone();
    }

    int length() {
      return value.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Tlv that && type == that.type && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * type + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "TLV " + type + " of " + value.length + " bytes";
    }
  }

  /** Returns the header of a connection that a proxy makes for itself. */
  public static ProxyHeader local() {
    return new ProxyHeader(Version.V2, Command.LOCAL, null, null, List.of());
  }

  /**
   * Returns a header of version 2 for a connection between two addresses.
   *
   * @throws IllegalArgumentException unless both are resolved TCP addresses, or both Unix ones of at most
   *     108 bytes
   */
  public static ProxyHeader of(SocketAddress source, SocketAddress destination) {
    if (unix(source) != unix(destination)) {
      throw new IllegalArgumentException("not of one kind: " + source + " and " + destination);
    }
    return new ProxyHeader(Version.V2, Command.PROXY, source, destination, List.of());
  }

  private static boolean unix(SocketAddress address) {
    return switch (Objects.requireNonNull(address, "address")) {
      case UnixDomainSocketAddress unix -> {
        if (unix.getPath().toString().getBytes(StandardCharsets.UTF_8).length > ProxyV2.PATH) {
          throw new IllegalArgumentException("path longer than 108 bytes: " + unix);
        }
        yield true;
      }
      case InetSocketAddress inet when !inet.isUnresolved() -> false;
      default -> throw new IllegalArgumentException("not a resolved socket address: " + address);
    };
  }

  /** Returns the header that passes an accepted connection's addresses on: from its peer, to us. */
  public static ProxyHeader of(Connection accepted) {
    return of(accepted.remoteAddress(), accepted.localAddress());
  }

  /**
   * Returns this header in the other version. Version 1 knows neither Unix addresses, which it tells
   * as UNKNOWN, nor LOCAL, which it tells so too.
   *
   * @throws IllegalStateException for version 1, if there are TLVs
   */
  public ProxyHeader withVersion(Version value) {
    if (Objects.requireNonNull(value, "version") == Version.V1 && !tlvs.isEmpty()) {
      throw new IllegalStateException("version 1 has no TLVs");
    }
    return new ProxyHeader(value, command, source, destination, tlvs);
  }

  /**
   * Returns this header with one more TLV, after those it has.
   *
   * @param type 0 to 255, but 3, which is {@link #withChecksum}
   * @param value is copied
   * @throws IllegalStateException for version 1, and for LOCAL, whose TLVs nobody reads
   * @throws IllegalArgumentException if the header gets longer than 65,551 bytes
   */
  public ProxyHeader withTlv(int type, byte[] value) {
    if (type < 0 || type > 255 || type == CRC32C) {
      throw new IllegalArgumentException("TLV type out of range: " + type);
    }
    return with(new Tlv(type, value.clone()));
  }

  /** Returns this header with a CRC32c of all of it, which readers check; see {@link #withTlv}. */
  public ProxyHeader withChecksum() {
    boolean there = tlvs.stream().anyMatch(tlv -> tlv.type == CRC32C);
    return there ? this : with(new Tlv(CRC32C, new byte[4]));
  }

  /** Returns this header with another one's TLVs after its own; a checksum is that of the result. */
  ProxyHeader withTlvsOf(ProxyHeader other) {
    var all = this;
    for (var tlv : other.tlvs) {
      all = tlv.type == CRC32C ? all.withChecksum() : all.with(tlv);
    }
    return all;
  }

  private ProxyHeader with(Tlv tlv) {
    if (version == Version.V1 || command == Command.LOCAL) {
      throw new IllegalStateException("no TLVs in version 1 or a LOCAL header");
    }
    var more = new ArrayList<>(tlvs);
    more.add(tlv);
    var header = new ProxyHeader(version, command, source, destination, more);
    ProxyV2.length(header);
    return header;
  }

  /** {@return the version it was read in, or is written in} */
  public Version version() {
    return version;
  }

  /** {@return on whose behalf the proxy has connected} */
  public Command command() {
    return command;
  }

  /** {@return who connected to the proxy; empty if the connection's own addresses hold} */
  public Optional<SocketAddress> source() {
    return Optional.ofNullable(source);
  }

  /** {@return where it connected to; there when {@link #source} is} */
  public Optional<SocketAddress> destination() {
    return Optional.ofNullable(destination);
  }

  /** {@return the TLVs in their order, a checksum with the value it was read with} */
  public List<Tlv> tlvs() {
    return tlvs;
  }

  /** {@return the bytes to send; a checksum is computed anew} */
  public byte[] encode() {
    return version == Version.V1 ? ProxyV1.encode(this) : ProxyV2.encode(this);
  }

  /** Writes the header, which must be the first that is written. */
  public void write(Connection connection) throws IOException {
    connection.write(ByteBuffer.wrap(encode()));
  }

  /**
   * Reads a header of either version, and not one byte more: what follows is there for whoever reads
   * next, a program that gets the fd included. The header is required; there is no guessing.
   *
   * @param timeout positive, for all of the header; when it is up the connection is aborted
   * @throws SocketTimeoutException when the time is up
   * @throws java.net.ProtocolException if what comes is no header; says at which byte, from 0
   * @throws IOException if the connection fails or ends first; it stays open for the caller
   */
  public static ProxyHeader read(Connection connection, Duration timeout) throws IOException {
    Objects.requireNonNull(connection, "connection");
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("timeout out of range: " + timeout);
    }
    var what = "proxy header " + connection.remoteAddress();
    var timer = new CompletableFuture<@Nullable Void>();
    var _ =
        timer.exceptionally(
            _ -> {
              connection.abort();
              return null;
            });
    timer.orTimeout(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
    IOException failure = null;
    try {
      var header = read(connection, new ProxyParser(what));
      if (timer.complete(null)) {
        return header;
      }
    } catch (IOException e) {
      if (timer.complete(null)) {
        throw e;
      }
      failure = e;
    }
    var timedOut =
        new SocketTimeoutException(what + ": timed out after " + ConnectFailures.text(timeout));
    throw ConnectFailures.because(timedOut, failure);
  }

  private static ProxyHeader read(Connection connection, ProxyParser parser) throws IOException {
    while (true) {
      int wanted = parser.wanted();
      if (wanted == 0) {
        return parser.header();
      }
      var buffer = ByteBuffer.allocate(wanted);
      if (connection.read(buffer) < 0) {
        throw new EOFException(parser.ended());
      }
      parser.add(buffer.flip());
    }
  }

  /**
   * Returns the connection with this header's addresses in place of its own: its remote address is
   * the source and its local one the destination. It is the same connection in all else, its fd
   * included, and closing either closes both.
   */
  public Connection applied(Connection connection) {
    Objects.requireNonNull(connection, "connection");
    return source == null || destination == null
        ? connection
        : new ProxiedConnection(connection, source, destination);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProxyHeader that
        && version == that.version
        && command == that.command
        && Objects.equals(source, that.source)
        && Objects.equals(destination, that.destination)
        && tlvs.equals(that.tlvs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(version, command, source, destination, tlvs);
  }

  @Override
  public String toString() {
    var addresses = source == null ? "" : " " + source + " to " + destination;
    return command + " " + version + addresses + (tlvs.isEmpty() ? "" : " " + tlvs);
  }
}
