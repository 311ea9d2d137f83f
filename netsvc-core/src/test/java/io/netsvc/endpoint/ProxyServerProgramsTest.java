package io.netsvc.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that others wrote, through a proxy of ours. */
@Timeout(60)
class ProxyServerProgramsTest {
  private static final String CURL = "curl -gsS --max-time 20 --noproxy  ";

  private static String run(String command, Proxied proxy, WebTarget target) throws Exception {
    var words =
        Stream.of(
                command
                    .replace("PROXY_PORT", String.valueOf(proxy.port()))
                    .replace("TARGET_PORT", String.valueOf(target.port()))
                    .split(" ", -1))
            .toList();
    Programs.need(words.getFirst());
    return Programs.run(words, WebTarget.REQUEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CURL + "--socks4 127.0.0.1:PROXY_PORT http://localhost:TARGET_PORT/",
        CURL + "--socks4a 127.0.0.1:PROXY_PORT http://localhost:TARGET_PORT/",
        CURL + "--socks5 127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/",
        CURL + "--socks5-hostname 127.0.0.1:PROXY_PORT http://localhost:TARGET_PORT/",
        "nc.openbsd -X 4 -x 127.0.0.1:PROXY_PORT 127.0.0.1 TARGET_PORT",
        "nc.openbsd -X 5 -x 127.0.0.1:PROXY_PORT localhost TARGET_PORT",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type socks4 127.0.0.1 TARGET_PORT",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type socks4 --proxy-dns remote localhost TARGET_PORT",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type socks5 127.0.0.1 TARGET_PORT",
        "socat -t 20 - SOCKS4:127.0.0.1:127.0.0.1:TARGET_PORT,socksport=PROXY_PORT",
        "socat -t 20 - SOCKS4A:127.0.0.1:localhost:TARGET_PORT,socksport=PROXY_PORT"
      })
  void socks_isServed(String command) throws Exception {
    try (var target = new WebTarget("127.0.0.1", "served");
        var proxy = new Proxied(ProxyServer.socks())) {
      assertThat(run(command, proxy, target)).endsWith("served");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CURL + "-p -x 127.0.0.1:PROXY_PORT http://localhost:TARGET_PORT/",
        CURL + "-p --proxy1.0 127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/",
        "nc.openbsd -X connect -x 127.0.0.1:PROXY_PORT localhost TARGET_PORT",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type http localhost TARGET_PORT",
        "socat -t 20 - PROXY:127.0.0.1:localhost:TARGET_PORT,proxyport=PROXY_PORT"
      })
  void http_isServed(String command) throws Exception {
    try (var target = new WebTarget("127.0.0.1", "served");
        var proxy = new Proxied(ProxyServer.http())) {
      assertThat(run(command, proxy, target)).endsWith("served");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CURL + "--socks5 127.0.0.1:PROXY_PORT http://[::1]:TARGET_PORT/",
        CURL + "-p -x 127.0.0.1:PROXY_PORT http://[::1]:TARGET_PORT/",
        "nc.openbsd -X 5 -x 127.0.0.1:PROXY_PORT ::1 TARGET_PORT",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type socks5 ::1 TARGET_PORT"
      })
  void ipv6Target_isServed(String command) throws Exception {
    var server = command.contains(" -p ") ? ProxyServer.http() : ProxyServer.socks();
    try (var target = new WebTarget("::1", "served");
        var proxy = new Proxied(server)) {
      assertThat(run(command, proxy, target)).endsWith("served");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CURL + "-x socks5://me:LOGIN@127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type socks5 --proxy-auth me:LOGIN 127.0.0.1 TARGET_PORT",
        CURL + "-p -x http://me:LOGIN@127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/",
        CURL + "-p --proxy-anyauth -x http://me:LOGIN@127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/",
        "ncat --proxy 127.0.0.1:PROXY_PORT --proxy-type http --proxy-auth me:LOGIN 127.0.0.1 TARGET_PORT",
        "socat -t 20 - PROXY:127.0.0.1:127.0.0.1:TARGET_PORT,proxyport=PROXY_PORT,proxyauth=me:LOGIN"
      })
  void login_isServedIfItIsTheRightOne(String command) throws Exception {
    boolean socks = command.contains("socks5");
    var server = socks ? ProxyServer.socks() : ProxyServer.http();
    try (var target = new WebTarget("127.0.0.1", "served");
        var proxy = new Proxied(server.withCredentials("me", "secret"))) {
      assertThat(run(command.replace("LOGIN", "secret"), proxy, target)).endsWith("served");
      assertThat(run(command.replace("LOGIN", "guessed"), proxy, target)).doesNotContain("served");
    }
  }

  /** What they make of a refusal shows that the reply arrives. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        CURL + "--socks5 127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/=(2)",
        CURL + "--socks4 127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/=(91)",
        CURL + "-p -x 127.0.0.1:PROXY_PORT http://127.0.0.1:TARGET_PORT/=403",
        "nc.openbsd -X 5 -x 127.0.0.1:PROXY_PORT 127.0.0.1 TARGET_PORT=Not allowed",
        "nc.openbsd -X connect -x 127.0.0.1:PROXY_PORT 127.0.0.1 TARGET_PORT=403 Forbidden",
        "socat -t 20 - PROXY:127.0.0.1:127.0.0.1:TARGET_PORT,proxyport=PROXY_PORT=Forbidden"
      })
  void refusal_isTold(String commandAndText) throws Exception {
    int last = commandAndText.lastIndexOf('=');
    var command = commandAndText.substring(0, last);
    boolean http = List.of(" -p ", "connect", "PROXY:").stream().anyMatch(command::contains);
    var server = http ? ProxyServer.http() : ProxyServer.socks();
    try (var target = new WebTarget("127.0.0.1", "served");
        var proxy = new Proxied(server.withRule(_ -> false))) {
      assertThat(run(command, proxy, target))
          .containsIgnoringCase(commandAndText.substring(last + 1))
          .doesNotContain("served");
    }
  }
}
