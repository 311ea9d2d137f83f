package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.net.Listener;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A proxy's server, byte by byte. */
@Timeout(120)
class ProxyServerTest {
  private static final ProxyServer SOCKS = ProxyServer.socks();
  private static final ProxyServer HTTP = ProxyServer.http();

  /** How clients ask, for a port of {@code localhost} or 127.0.0.1 or ::1. */
  enum Way {
    SOCKS4,
    SOCKS4A,
    SOCKS5_NAME,
    SOCKS5_IPV4,
    SOCKS5_IPV6,
    CONNECT,
    CONNECT_IPV6;

    ProxyServer server() {
      return name().startsWith("SOCKS") ? SOCKS : HTTP;
    }

    boolean six() {
      return name().endsWith("6");
    }

    byte[] request(int port) {
      var hex = "%04x".formatted(port);
      return switch (this) {
        case SOCKS4 -> hex("0401" + hex + "7f000001" + "757365" + "00");
        case SOCKS4A -> hex("0401" + hex + "00000007" + "00" + "6c6f63616c686f737400");
        case SOCKS5_NAME -> hex("050100" + "0501000309" + "6c6f63616c686f7374" + hex);
        case SOCKS5_IPV4 -> hex("05020200" + "05010001" + "7f000001" + hex);
        case SOCKS5_IPV6 -> hex("050100" + "05010004" + "00".repeat(15) + "01" + hex);
        case CONNECT -> ascii("CONNECT localhost:" + port + " HTTP/1.1\r\nHost: x\r\n\r\n");
        case CONNECT_IPV6 -> ascii("CONNECT [::1]:" + port + " HTTP/1.0\n\n");
      };
    }

    /** The reply to a request that is granted, with digits for what depends on ports. */
    String granted() {
      return switch (this) {
        case SOCKS4, SOCKS4A -> "005a....7f000001";
        case SOCKS5_NAME, SOCKS5_IPV4 -> "0500" + "050000017f000001....";
        case SOCKS5_IPV6 -> "0500" + "05000004" + "00".repeat(15) + "01....";
        case CONNECT, CONNECT_IPV6 ->
            HexFormat.of().formatHex(ascii("HTTP/1.1 200 Connection established\r\n\r\n"));
      };
    }
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** Sends, and returns all that comes until the end, as hex. */
  private static String exchange(Proxied proxy, byte[] bytes, boolean bytewise)
      throws IOException {
    try (var socket = proxy.connect()) {
      if (bytewise) {
        for (byte b : bytes) {
          socket.getOutputStream().write(b);
        }
      } else {
        socket.getOutputStream().write(bytes);
      }
      return HexFormat.of().formatHex(socket.getInputStream().readAllBytes());
    }
  }

  private static String text(String hex) {
    return new String(hex(hex), ISO_8859_1);
  }

  private static byte[] with(byte[] request, String more) {
    byte[] all = Arrays.copyOf(request, request.length + more.length());
    System.arraycopy(ascii(more), 0, all, request.length, more.length());
    return all;
  }

  @ParameterizedTest
  @EnumSource
  void request_withWhatFollowsInOneSegmentOrInBytes_isRelayed(Way way) throws Exception {
    try (var target = new WebTarget(way.six() ? "::1" : "127.0.0.1", "served");
        var proxy = new Proxied(way.server())) {
      byte[] request = with(way.request(target.port()), WebTarget.REQUEST);
      var served = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nserved";
      var expected = way.granted() + HexFormat.of().formatHex(ascii(served));
      assertThat(exchange(proxy, request, false)).matches(expected);
      assertThat(exchange(proxy, request, true)).matches(expected);
    }
  }

  private static IOException failure(String name) {
    return switch (name) {
      case "unknown" -> new UnknownHostException("nowhere");
      case "refused" -> new ConnectException("refused");
      case "unreachable" -> new NoRouteToHostException("unreachable");
      case "timeout" -> new SocketTimeoutException("timeout");
      default -> new IOException(name);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "unknown,4,502 Bad Gateway",
    "refused,5,502 Bad Gateway",
    "unreachable,4,502 Bad Gateway",
    "timeout,6,504 Gateway Timeout",
    "other,1,502 Bad Gateway"
  })
  void target_thatCannotBeReached_isSaid(String name, int code, String status) throws Exception {
    ProxyServer.Route route =
        _ -> {
          throw failure(name);
        };
    for (var way : Way.values()) {
      try (var proxy = new Proxied(way.server(), route)) {
        var reply = exchange(proxy, with(way.request(1), "x".repeat(100_000)), false);
        if (way.server() == HTTP) {
          assertThat(text(reply))
              .isEqualTo(
                  "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        } else {
          assertThat(reply)
              .isEqualTo(
                  way.name().startsWith("SOCKS4")
                      ? "005b000000000000"
                      : "0500" + "050" + code + "0001000000000000");
        }
        assertThat(proxy.failure()).hasSameClassAs(failure(name));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "050100 05020001 7f000001 0001,0500 05070001000000000000,BIND",
    "050100 05030001 7f000001 0001,0500 05070001000000000000,UDP ASSOCIATE",
    "050100 05010009 7f000001 0001,0500 05080001000000000000,unknown address type",
    "050100 05010003 00 0001,0500 05010001000000000000,no name",
    "050100 05010003 02 6120 0001,0500 05010001000000000000,space in the name",
    "050100 05010001 7f000001 0000,0500 05010001000000000000,port 0",
    "0500,05ff,no method",
    "050102,05ff,only a login",
    "0402 0001 7f000001 00,005b000000000000,BIND of version 4",
    "0401 0000 7f000001 00,005b000000000000,port 0 of version 4",
    "0401 0001 00000001 00 00,005b000000000000,no name of version 4"
  })
  void socks_whatCannotBeHad_isSaid(String request, String reply, String what) throws Exception {
    try (var proxy = new Proxied(SOCKS)) {
      byte[] bytes = with(hex(request.replace(" ", "")), "x".repeat(100_000));
      assertThat(exchange(proxy, bytes, false)).as(what).isEqualTo(reply.replace(" ", ""));
      assertThat(proxy.failure()).isInstanceOf(ProtocolException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET http://a/ HTTP/1.1,405 Method Not Allowed",
    "BREW / HTTP/1.0,405 Method Not Allowed",
    "CONNECT a HTTP/1.1,400 Bad Request",
    "CONNECT a:0 HTTP/1.1,400 Bad Request",
    "CONNECT a:65536 HTTP/1.1,400 Bad Request",
    "CONNECT a:b:1 HTTP/1.1,400 Bad Request",
    "CONNECT ::1:1 HTTP/1.1,400 Bad Request",
    "CONNECT [a]:1 HTTP/1.1,400 Bad Request",
    "CONNECT a:1 HTTP/2,400 Bad Request",
    "CONNECT  a:1 HTTP/1.1,400 Bad Request",
    "junk,400 Bad Request",
    "CONNECT \u0001 HTTP/1.1,400 Bad Request"
  })
  void http_whatCannotBeHad_isSaid(String line, String status) throws Exception {
    try (var proxy = new Proxied(HTTP)) {
      var reply = text(exchange(proxy, ascii(line + "\r\n\r\n" + "x".repeat(100_000)), false));
      assertThat(reply).startsWith("HTTP/1.1 " + status + "\r\n").endsWith("\r\n\r\n");
      assertThat(reply.contains("\r\nAllow: CONNECT\r\n")).isEqualTo(status.startsWith("405"));
    }
  }

  /** Without a reader at the other end, the second write would meet a reset. */
  @Test
  void refusal_ofOneWhoSendsOn_isNoReset() throws Exception {
    try (var proxy = new Proxied(HTTP.withRule(_ -> false));
        var socket = proxy.connect()) {
      socket.getOutputStream().write(Way.CONNECT.request(1));
      assertThat(socket.getInputStream().readAllBytes()).startsWith(ascii("HTTP/1.1 403 "));
      for (int i = 0; i < 10; i++) {
        socket.getOutputStream().write(new byte[10_000]);
      }
    }
  }

  @Test
  void http_longHeader_isRefused() throws Exception {
    try (var proxy = new Proxied(HTTP)) {
      byte[] request = ascii("CONNECT a:1 HTTP/1.1\r\n" + "X: y\r\n".repeat(20_000));
      assertThat(text(exchange(proxy, request, false))).startsWith("HTTP/1.1 431 ");
    }
  }

  @Test
  void credentials_wrong_areRefusedEachWay() throws Exception {
    try (var target = new WebTarget("127.0.0.1", "served");
        var socks = new Proxied(SOCKS.withCredentials("u", "p"));
        var http = new Proxied(HTTP.withCredentials("u", "p"))) {
      var port = "%04x".formatted(target.port());
      var asked = "05010001" + "7f000001" + port + HexFormat.of().formatHex(ascii(WebTarget.REQUEST));
      assertThat(exchange(socks, hex("05020002" + "0101750170" + asked), false))
          .startsWith("0502" + "0100" + "05000001");
      assertThat(exchange(socks, hex("05020002" + "0101750171" + asked), false))
          .isEqualTo("0502" + "0101");
      assertThat(exchange(socks, hex("050100"), false)).isEqualTo("05ff");
      assertThat(exchange(socks, Way.SOCKS4.request(1), false)).isEqualTo("005b000000000000");
      assertThat(exchange(socks, hex("050102" + "0100" + "00"), false)).isEqualTo("0502" + "0101");

      for (var field : List.of("", "Proxy-Authorization: Basic dTpx\n", "Authorization: Basic dTpw\n")) {
        assertThat(text(exchange(http, ascii("CONNECT a:1 HTTP/1.1\n" + field + "\n"), false)))
            .startsWith("HTTP/1.1 407 Proxy Authentication Required\r\n")
            .contains("\r\nProxy-Authenticate: Basic realm=\"proxy\", charset=\"UTF-8\"\r\n");
      }
      var request =
          "CONNECT 127.0.0.1:%d HTTP/1.1\nproxy-authorization:basic  dTpw\n\n%s"
              .formatted(target.port(), WebTarget.REQUEST);
      assertThat(text(exchange(http, ascii(request), false))).endsWith("\r\n\r\nserved");
    }
  }

  @Test
  void rule_seesOneSpelling_andRefuses() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    var rule = SOCKS.withRule(target -> !seen.add(target.toString()));
    try (var proxy = new Proxied(rule)) {
      var mapped = "050100" + "05010004" + "00".repeat(10) + "ffff7f000001" + "0050";
      assertThat(exchange(proxy, hex(mapped), false)).isEqualTo("0500" + "05020001000000000000");
      assertThat(seen.take()).isEqualTo("127.0.0.1:80");
      var text = "050100" + "0501000305" + HexFormat.of().formatHex(ascii("127.1")) + "0050";
      assertThat(exchange(proxy, hex(text), false)).isEqualTo("0500" + "05020001000000000000");
      assertThat(seen.take()).isEqualTo("127.0.0.1:80");
      assertThat(proxy.failure()).hasMessageEndingWith(": not allowed");
    }
    try (var proxy = new Proxied(HTTP.withRule(target -> !seen.add(target.toString())))) {
      var request = "CONNECT [2001:DB8:0:0::1]:1 HTTP/1.1\r\n\r\n";
      assertThat(text(exchange(proxy, ascii(request), false))).startsWith("HTTP/1.1 403 Forbidden\r\n");
      assertThat(seen.take()).isEqualTo("[2001:db8::1]:1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "47", "0501ff", "050100 06010001 7f000001 0001"})
  void socks_whatIsNone_isCut(String request) throws Exception {
    try (var proxy = new Proxied(SOCKS);
        var socket = proxy.connect()) {
      socket.getOutputStream().write(hex(request.replace(" ", "")));
      socket.shutdownOutput();
      assertThat(proxy.failure()).isInstanceOf(IOException.class);
      assertThat(proxy.server().snapshot().failed()).isEqualTo(1);
    }
  }

  @Test
  void slowClient_isCutInTime_andItsPlaceIsFree() throws Exception {
    var upstream = HTTP.withTimeout(Duration.ofMillis(300)).upstream(Proxied.connecting());
    try (var target = new WebTarget("127.0.0.1", "served");
        var proxy = new Proxied(upstream, 1);
        var slow = proxy.connect()) {
      slow.getOutputStream().write(ascii("CONNECT "));
      byte[] request = with(Way.CONNECT.request(target.port()), WebTarget.REQUEST);
      assertThat(text(exchange(proxy, request, false))).endsWith("served");
      assertThat(proxy.failure())
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageEndingWith("timed out after 300 ms");
      assertThatThrownBy(() -> readUntilReset(slow)).isInstanceOf(IOException.class);
    }
  }

  private static void readUntilReset(Socket socket) throws IOException {
    int b = socket.getInputStream().read();
    throw new AssertionError("read " + b);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyStalled_doNotHinderAGoodOne_andEndWithTheServer(boolean socks) throws Exception {
    int many = OpenFiles.room(10_000, 2);
    assumeTrue(many >= 2000, "a limit of fds that is enough for " + many);
    var way = socks ? Way.SOCKS5_IPV4 : Way.CONNECT;
    var stalled = new ArrayList<Socket>();
    try (var target = new WebTarget("127.0.0.1", "served");
        var proxy = new Proxied(way.server().withTimeout(Duration.ofMinutes(5)))) {
      for (int i = 0; i < many; i++) {
        stalled.add(proxy.connect());
        stalled.getLast().getOutputStream().write(way.request(1)[0]);
      }
      while (proxy.server().snapshot().open() < many) {
        Thread.onSpinWait();
      }
      byte[] request = with(way.request(target.port()), WebTarget.REQUEST);
      long begin = System.nanoTime();
      assertThat(text(exchange(proxy, request, false))).endsWith("served");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      assertThat(proxy.server().stop(Duration.ZERO)).isEqualTo(Stopped.FORCED);
      assertThat(proxy.server().snapshot().open()).isZero();
    } finally {
      for (var socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void read_thenAnswer_areTheCallers() throws Exception {
    try (var listener =
            Listener.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        var client = SocketChannel.open(listener.localAddress());
        var connection = listener.accept()) {
      client.write(ByteBuffer.wrap(Way.SOCKS5_NAME.request(80)));
      var request = SOCKS.read(connection);
      assertThat(request.target()).isEqualTo(new Target("localhost", 80));
      assertThat(request.toString()).endsWith(" to localhost:80");
      request.grant(UnixDomainSocketAddress.of("/nowhere"));
      connection.shutdownOutput();
      var reply = client.socket().getInputStream().readAllBytes();
      assertThat(HexFormat.of().formatHex(reply)).isEqualTo("0500" + "05000001000000000000");
    }
    assertThat(Map.of(new Target("::1", 1), 1)).containsKey(new Target("[0::1]", 1));
  }
}
