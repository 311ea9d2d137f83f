package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a program's environment says of its client. */
@Timeout(60)
class ChildVariablesTest {
  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  /** Returns the environ(7) of a program whose client comes from and to that address. */
  private List<String> environ(String listen, String protocol, String attributes, String address)
      throws Exception {
    var text =
        "%s:%d on protocol = %s, wait = no, user = -, %s, exec = /bin/cat, args = cat /proc/self/environ;\n"
            .formatted(listen, port, protocol, attributes);
    try (var server = InetdServer.start(InetdConfig.parse("c", text));
        var client = new Socket()) {
      assertThat(server.diagnostics()).isEmpty();
      client.connect(new InetSocketAddress(address, port));
      var all = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return Arrays.stream(all.split("\0"))
          .map(entry -> entry.replace("=" + client.getLocalPort(), "=CLIENT").replace("=" + port, "=OURS"))
          .filter(entry -> !entry.matches("(PATH|USER|LOGNAME|HOME|SHELL)=.*"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"xinetd,REMOTE_HOST=::1", "systemd,REMOTE_ADDR=::1 REMOTE_PORT=CLIENT"})
  void ipv6Client_address_isShort(String variables, String expected) throws Exception {
    assertThat(environ("[::1]", "tcp6", "variables = " + variables, "::1"))
        .containsExactly(expected.split(" "));
  }

  @Test
  void ipv6Client_ucspi_hasBothNames() throws Exception {
    assertThat(environ("[::1]", "tcp6", "variables = ucspi", "::1"))
        .containsExactly(
            "PROTO=TCP6",
            "TCP6LOCALIP=::1",
            "TCP6LOCALPORT=OURS",
            "TCP6REMOTEIP=::1",
            "TCP6REMOTEPORT=CLIENT",
            "TCPLOCALIP=::1",
            "TCPLOCALPORT=OURS",
            "TCPREMOTEIP=::1",
            "TCPREMOTEPORT=CLIENT");
  }

  @Test
  void mappedClient_ucspi_isIpv4() throws Exception {
    assertThat(environ("[::]", "tcp46", "variables = ucspi", "127.0.0.1"))
        .containsExactly(
            "PROTO=TCP",
            "TCPLOCALIP=127.0.0.1",
            "TCPLOCALPORT=OURS",
            "TCPREMOTEIP=127.0.0.1",
            "TCPREMOTEPORT=CLIENT");
  }

  @Test
  void variable_thatTheEntrySetsToo_isTheClients() throws Exception {
    assertThat(environ("127.0.0.1", "tcp", "variables = xinetd, env = \"REMOTE_HOST=forged\"", "127.0.0.1"))
        .containsExactly("REMOTE_HOST=127.0.0.1");
  }
}
