package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.endpoint.ProxyClient.Kind;
import io.netsvc.net.Connection;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy's client writes, and what it makes of replies, against a scripted proxy. */
@Timeout(60)
class ProxyClientTest {
  private static final byte[] PAYLOAD = "\r\n\n220 first bytes\r\n\r\n".getBytes(UTF_8);
  private static final String HTTP_OK = "HTTP/1.1 200 OK\r\n\r\n";

  /** What a kind writes for a target, and the replies to each part of that. */
  private record Exchange(List<byte[]> requests, List<byte[]> replies) {}

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(UTF_8);
  }

  private static Exchange exchange(Kind kind) {
    return switch (kind) {
      case SOCKS4 ->
          new Exchange(List.of(hex("04 01 0050 c0000201 00")), List.of(hex("00 5a 0000 00000000")));
      case SOCKS4A ->
          new Exchange(
              List.of(hex("04 01 0050 00000001 00 612e6578616d706c65 00")),
              List.of(hex("00 5a 1234 7f000001")));
      case SOCKS5 ->
          new Exchange(
              List.of(hex("05 01 00"), hex("05 01 00 03 09 612e6578616d706c65 0050")),
              List.of(hex("05 00"), hex("05 00 00 03 03 616263 0050")));
      case HTTP ->
          new Exchange(
              List.of(ascii("CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n\r\n")),
              List.of(ascii("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX: y\r\n\r\n")));
    };
  }

  private static String host(Kind kind) {
    return kind == Kind.SOCKS4 ? "192.0.2.1" : "a.example";
  }

  private static Script proxy(Exchange exchange, boolean bytewise, byte[] payload)
      throws IOException {
    return new Script(
        bytewise,
        (from, to) -> {
          var read = new ByteArrayOutputStream();
          for (int i = 0; i < exchange.requests.size(); i++) {
            read.writeBytes(from.readNBytes(exchange.requests.get(i).length));
            boolean last = i == exchange.requests.size() - 1;
            to.send(last ? joined(exchange.replies.get(i), payload) : exchange.replies.get(i));
          }
          return read.toByteArray();
        });
  }

  private static byte[] joined(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] rest(Connection connection) throws IOException {
    var all = new ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(64);
    while (connection.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    return all.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void connect_repliedWholeOrInBytes_leavesWhatFollows(Kind kind) throws Exception {
    var exchange = exchange(kind);
    for (boolean bytewise : new boolean[] {false, true}) {
      for (boolean own : new boolean[] {true, false}) {
        try (var proxy = proxy(exchange, bytewise, PAYLOAD);
            var toProxy = proxy.connect(own)) {
          var connection = ProxyClient.of(kind).connect(toProxy, host(kind), 80);
          assertThat(connection).isSameAs(toProxy);
          assertThat(rest(connection)).isEqualTo(PAYLOAD);
          assertThat(proxy.result().get())
              .isEqualTo(joined(exchange.requests.toArray(new byte[0][])));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void connect_replyCutAnywhere_failsAndCloses(Kind kind) throws Exception {
    var exchange = exchange(kind);
    byte[] last = exchange.replies.getLast();
    for (int length = 0; length < last.length; length++) {
      var replies = new ArrayList<>(exchange.replies);
      replies.set(replies.size() - 1, Arrays.copyOf(last, length));
      try (var proxy = proxy(new Exchange(exchange.requests, replies), false, new byte[0]);
          var toProxy = proxy.connect(true)) {
        assertThatThrownBy(() -> ProxyClient.of(kind).connect(toProxy, host(kind), 80))
            .isInstanceOf(EOFException.class)
            .hasMessageContaining("connect " + host(kind) + ":80 through " + kind + " proxy /127.0.0.1")
            .hasMessageEndingWith("end of input within the handshake");
        assertThat(toProxy.isOpen()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void connect_silentProxy_timesOut(Kind kind) throws Exception {
    try (var proxy = new Script(false, (from, _) -> from.readAllBytes());
        var toProxy = proxy.connect(true)) {
      var client = ProxyClient.of(kind).withTimeout(Duration.ofMillis(50));
      assertThatThrownBy(() -> client.connect(toProxy, host(kind), 80))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageEndingWith("timed out after 50 ms");
      assertThat(toProxy.isOpen()).isFalse();
    }
  }

  /** Plays replies, each after the next bytes of the client, whatever they are. */
  private static @Nullable Exception failure(
      ProxyClient client, String host, List<byte[]> replies) throws Exception {
    var part =
        (Script.Part)
            (from, to) -> {
              for (byte[] reply : replies) {
                int first = from.read();
                assertThat(first).isNotNegative();
                assertThat(from.skip(from.available())).isNotNegative();
                to.send(reply);
              }
              return new byte[0];
            };
    try (var proxy = new Script(false, part);
        var toProxy = proxy.connect(true)) {
      try {
        assertThat(client.connect(toProxy, host, 80)).isSameAs(toProxy);
        return null;
      } catch (IOException | IllegalArgumentException e) {
        assertThat(toProxy.isOpen()).isFalse();
        return e;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,general failure of the proxy",
    "2,not allowed by the proxy's rules",
    "3,Network is unreachable",
    "4,Host is unreachable",
    "5,Connection refused",
    "6,TTL expired",
    "7,the proxy does not know the command",
    "8,the proxy does not know the address type",
    "9,unknown reply 9",
    "255,unknown reply 255"
  })
  void socks5_eachReply_saysWhy(int code, String text) throws Exception {
    byte[] shortReply = {5, (byte) code};
    var e = failure(ProxyClient.of(Kind.SOCKS5), "::1", List.of(hex("0500"), shortReply));
    assertThat(e).hasMessageEndingWith(": " + text).hasMessageContaining("connect [::1]:80 ");
    var type =
        switch (code) {
          case 3, 4 -> NoRouteToHostException.class;
          case 5 -> ConnectException.class;
          case 6 -> SocketTimeoutException.class;
          case 9, 255 -> ProtocolException.class;
          default -> IOException.class;
        };
    assertThat(e).isExactlyInstanceOf(type);
  }

  @ParameterizedTest
  @CsvSource({
    "91,rejected or failed",
    "92,the proxy cannot ask the ident server here",
    "93,the ident server here tells another user",
    "94,unknown reply 94",
    "0,unknown reply 0"
  })
  void socks4_eachReply_saysWhy(int code, String text) throws Exception {
    byte[] reply = {0, (byte) code, 0, 0, 0, 0, 0, 0};
    assertThat(failure(ProxyClient.of(Kind.SOCKS4), "192.0.2.1", List.of(reply)))
        .hasMessageEndingWith(": " + text);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 407 Who,wants a user and a password",
    "HTTP/1.0 403 Forbidden,the proxy answered 403 Forbidden",
    "HTTP/1.1 502,the proxy answered 502",
    "HTTP/1.1 504 Slow \u001b[2J,no HTTP header",
    "HTTP/1.1 504 Slow,the proxy answered 504 Slow",
    "HTTP/2 200 OK,the reply is no HTTP/1.1",
    "SSH-2.0-OpenSSH,the reply is no HTTP/1.1",
    "HTTP/1.1 20 OK,the reply is no HTTP/1.1"
  })
  void http_eachReply_saysWhy(String line, String text) throws Exception {
    assertThat(failure(ProxyClient.of(Kind.HTTP), "::1", List.of(ascii(line + "\r\n\r\n"))))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.0 200\n\n",
        "HTTP/1.1 299 Whatever\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 \r\nA: b\n\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\n"
      })
  void http_anySuccess_leavesWhatFollows(String reply) throws Exception {
    try (var proxy =
            new Script(
                false,
                (from, to) -> {
                  int first = from.read();
                  to.send(joined(ascii(reply), PAYLOAD));
                  return new byte[] {(byte) first};
                });
        var toProxy = proxy.connect(true)) {
      assertThat(rest(ProxyClient.of(Kind.HTTP).connect(toProxy, "h", 1))).isEqualTo(PAYLOAD);
    }
  }

  @Test
  void http_headerWithoutEnd_fails() throws Exception {
    byte[] endless = ascii("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(3000));
    assertThat(failure(ProxyClient.of(Kind.HTTP), "h", List.of(endless)))
        .hasMessageEndingWith("longer than 16 KiB");
  }

  @Test
  void versions_wrong_fail() throws Exception {
    var socks5 = ProxyClient.of(Kind.SOCKS5);
    assertThat(failure(socks5, "h", List.of(hex("0400"))))
        .hasMessageEndingWith("a reply is of version 4, not 5");
    assertThat(failure(socks5, "h", List.of(hex("0500"), hex("0100"))))
        .hasMessageEndingWith("a reply is of version 1, not 5");
    assertThat(failure(socks5, "h", List.of(hex("0502"))))
        .hasMessageEndingWith("the proxy chose method 2, which was not offered");
    assertThat(failure(socks5, "h", List.of(hex("0500"), hex("0500000700"))))
        .hasMessageEndingWith("unknown address type 7");
    var in = socks5.withCredentials("u", "p");
    assertThat(failure(in, "h", List.of(hex("0502"), hex("0500"))))
        .hasMessageEndingWith("a reply is of version 5, not 1");
    assertThat(failure(ProxyClient.of(Kind.SOCKS4A), "h", List.of(hex("045a000000000000"))))
        .hasMessageEndingWith("the reply is of version 4, not 0");
  }

  @Test
  void credentials_wantedOrWrong_sayWhich() throws Exception {
    var socks5 = ProxyClient.of(Kind.SOCKS5);
    assertThat(failure(socks5, "h", List.of(hex("05ff"))))
        .hasMessageEndingWith("the proxy wants a user and a password");
    var in = socks5.withCredentials("u", "secret");
    assertThat(failure(in, "h", List.of(hex("05ff"))))
        .hasMessageEndingWith("the proxy takes neither user and password nor nobody");
    assertThat(failure(in, "h", List.of(hex("0502"), hex("01ff"))))
        .hasMessageEndingWith("the proxy refused the user or the password");
    assertThat(
            failure(
                ProxyClient.of(Kind.HTTP).withCredentials("u", "p"),
                "h",
                List.of(ascii("HTTP/1.1 407 No\n\n"))))
        .hasMessageEndingWith("the proxy refused the user or the password");
    assertThat(in.toString()).isEqualTo("SOCKS5 client, login of u");
  }

  @Test
  void socks5_loginOf255Bytes_isSentWhole() throws Exception {
    var user = "u".repeat(255);
    var password = "\u00e9".repeat(127) + "p";
    byte[] login = joined(hex("01ff"), ascii(user), hex("ff"), ascii(password));
    byte[] request = hex("05 01 00 04 20010db8000000000000000000000001 ffff");
    var exchange =
        new Exchange(
            List.of(hex("05020002"), login, request),
            List.of(hex("0502"), hex("0100"), joined(hex("05000004"), new byte[18])));
    try (var proxy = proxy(exchange, false, PAYLOAD);
        var toProxy = proxy.connect(true)) {
      var client = ProxyClient.of(Kind.SOCKS5).withCredentials(user, password);
      assertThat(rest(client.connect(toProxy, "[2001:db8::1]", 65_535))).isEqualTo(PAYLOAD);
      assertThat(proxy.result().get()).isEqualTo(joined(hex("05020002"), login, request));
    }
  }

  @Test
  void others_login_isSent() throws Exception {
    var http =
        ascii(
            "CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
    try (var proxy =
            proxy(new Exchange(List.of(http), List.of(ascii(HTTP_OK))), false, PAYLOAD);
        var toProxy = proxy.connect(true)) {
      ProxyClient.of(Kind.HTTP).withCredentials("u", "p").connect(toProxy, "0:0::1", 1);
      assertThat(proxy.result().get()).isEqualTo(http);
    }
    byte[] socks4 = hex("04 01 0001 7f000001 75 00");
    var granted = List.of(hex("00 5a 0000 00000000"));
    try (var proxy = proxy(new Exchange(List.of(socks4), granted), false, PAYLOAD);
        var toProxy = proxy.connect(true)) {
      ProxyClient.of(Kind.SOCKS4).withCredentials("u", "").connect(toProxy, "127.0.0.1", 1);
      assertThat(proxy.result().get()).isEqualTo(socks4);
    }
  }

  @Test
  void targets_thatAKindCannotSay_failAndClose() throws Exception {
    assertThat(failure(ProxyClient.of(Kind.SOCKS4), "a.example", List.of()))
        .hasMessageEndingWith("the proxy takes only IPv4 addresses");
    assertThat(failure(ProxyClient.of(Kind.SOCKS4), "0.0.0.7", List.of()))
        .hasMessageEndingWith("the proxy takes only IPv4 addresses");
    assertThat(failure(ProxyClient.of(Kind.SOCKS4A), "::1", List.of()))
        .hasMessageEndingWith("the proxy takes only IPv4 addresses and names");
    for (var host : List.of("", "a b", "a\r\nX: y", "x".repeat(256), "fe80::1%lo", "[a]", "a:b", "\u00fc")) {
      assertThat(failure(ProxyClient.of(Kind.HTTP), host, List.of()))
          .as(host)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("host is no name and no address");
    }
  }

  @Test
  void credentials_thatNoKindCanSay_areRefused() {
    var client = ProxyClient.of(Kind.SOCKS5);
    for (var user : List.of("", "a:b", "x".repeat(256), "a\nb")) {
      assertThatThrownBy(() -> client.withCredentials(user, "p"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> client.withCredentials("u", "x".repeat(256)))
        .hasMessage("password of 256 bytes");
    assertThatThrownBy(() -> client.withTimeout(Duration.ZERO))
        .hasMessage("timeout is not positive: PT0S");
  }
}
