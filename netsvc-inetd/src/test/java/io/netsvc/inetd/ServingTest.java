package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Dialect;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.ServiceSpec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services as real clients have them: limits, banners, built-ins, kept programs. */
@Timeout(60)
class ServingTest {
  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  private InetdServer serve(String definitions) {
    var text = definitions.replaceAll("(?m)^PORT", "127.0.0.1:" + port);
    var server = InetdServer.start(InetdConfig.parse("c", text));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  private static ServiceState state(InetdServer server) {
    return server.services().getFirst();
  }

  private static boolean served(Socket client) throws Exception {
    client.setSoTimeout(500);
    try {
      return client.getInputStream().read() >= 0;
    } catch (SocketTimeoutException | java.net.SocketException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({"'service_max = 5, ip_max = 3',3", "'ip_max = 0',0", "'service_max = 2',2", "'service_max = 0',0"})
  void rates_ofNetBsdsTable_serveExactlySoMany(String limits, int expected) throws Exception {
    try (var server = serve("PORT on protocol = tcp, wait = no, user = -, " + limits + ", exec = /bin/echo, args = echo x;")) {
      int served = 0;
      for (int i = 0; i < 6; i++) {
        try (var client = connect(port)) {
          served += served(client) ? 1 : 0;
        }
      }
      assertThat(served).isEqualTo(expected);
      Programs.await("counted", () -> state(server).started() == expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"'service_max = 5, ip_max = 3',3", "'ip_max = 0',0", "'service_max = 2',2", "'service_max = 0',0"})
  void rates_ofNetBsdsTableForDatagrams_serveExactlySoMany(String limits, int expected) throws Exception {
    Programs.require("/usr/bin/perl");
    var answers =
        Programs.script(
            directory.resolve("answers"),
            "exec /usr/bin/perl -e 'open(S,q(+<&=0)); $p=recv(S,$b,99,0); send(S,q(x),0,$p)'\n");
    try (var server = serve("PORT on protocol = udp, wait = yes, user = -, " + limits + ", exec = " + answers + ", args = answers;");
        var client = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      for (int i = 0; i < expected; i++) {
        client.setSoTimeout(20_000);
        client.send(new DatagramPacket(new byte[1], 1, to));
        client.receive(new DatagramPacket(new byte[1], 1));
      }
      client.send(new DatagramPacket(new byte[1], 1, to));
      client.setSoTimeout(500);
      assertThatThrownBy(() -> client.receive(new DatagramPacket(new byte[1], 1)))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(state(server).started()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait = yes, user = -, exec = /bin/cat, args = cat", "wait = no, args = echo"})
  void access_ofDatagrams_isAskedForEach(String kind) throws Exception {
    for (var rule : List.of("only_from = 10.0.0.0/8", "only_from = no.such.invalid")) {
      try (var server = serve("PORT on protocol = udp, " + rule + ", " + kind + ";");
          var client = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        client.send(new DatagramPacket(new byte[1], 1, to));
        client.send(new DatagramPacket(new byte[1], 1, to));
        Programs.await(
            "both refused", () -> state(server).refused().equals(Map.of(Refusal.ACCESS, 2L)));
        assertThat(state(server).started()).isZero();
      }
    }
    try (var server = serve("PORT on protocol = udp, only_from = localhost, wait = no, args = echo;")) {
      assertThat(Clients.askUdp(port)).isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
      assertThat(state(server).refused()).isEmpty();
    }
  }

  @Test
  void instances_whenAllRun_clientsWaitAndAreServedInTheirTurn() throws Exception {
    try (var server = serve("PORT on protocol = tcp, wait = no, user = -, accept_max = 2, exec = /bin/sh, args = sh -c \"echo hi; exec cat\";")) {
      var clients = new ArrayList<Socket>();
      for (int i = 0; i < 3; i++) {
        clients.add(connect(port));
      }
      assertThat(served(clients.get(0))).isTrue();
      assertThat(served(clients.get(1))).isTrue();
      assertThat(served(clients.get(2))).isFalse();
      assertThat(state(server).state()).isEqualTo(ServiceState.State.FULL);
      clients.get(0).close();
      clients.get(2).setSoTimeout(20_000);
      assertThat(clients.get(2).getInputStream().read()).isEqualTo('h');
      clients.get(1).close();
      clients.get(2).close();
      Programs.await("none runs", () -> state(server).running() == 0);
      assertThat(state(server).refused()).isEmpty();
    }
  }

  @Test
  void access_denied_isCountedAndOthersAreServed() throws Exception {
    var other = Programs.freePort();
    var text = "PORT on protocol = tcp, wait = no, user = -, only_from = 10.0.0.0/8, exec = /bin/echo, args = echo x;\n"
        + "127.0.0.1:" + other + " stream tcp nowait - /bin/echo echo y\n";
    try (var server = serve(text)) {
      assertThat(ask(port, "")).isEmpty();
      assertThat(ask(other, "")).isEqualTo("y\n");
      assertThat(state(server).refused()).isEqualTo(Map.of(Refusal.ACCESS, 1L));
      assertThat(state(server).accepted()).isEqualTo(1);
      assertThat(state(server).running()).isZero();
    }
  }

  @Test
  void accessByName_isAskedOffTheLoop() throws Exception {
    try (var _ = serve("PORT on protocol = tcp, wait = no, user = -, only_from = localhost, exec = /bin/echo, args = echo x;")) {
      assertThat(ask(port, "")).isEqualTo("x\n");
    }
  }

  @Test
  void banners_comeBeforeTheServiceOrInsteadOfIt() throws Exception {
    var banner = Files.writeString(directory.resolve("banner"), "hello\n");
    var yes = Files.writeString(directory.resolve("yes"), "welcome\n");
    var no = Files.writeString(directory.resolve("no"), "sorry\n");
    var text = "PORT on protocol = tcp, wait = no, user = -, banner = " + banner + ", banner_success = " + yes
        + ", banner_fail = " + no + ", exec = /bin/echo, args = echo x";
    try (var server = serve(text + ";")) {
      assertThat(ask(port, "")).isEqualTo("hello\nwelcome\nx\n");
      server.reload(InetdConfig.parse("c", (text + ", no_access = 127.0.0.1;").replace("PORT", "127.0.0.1:" + port)));
      assertThat(ask(port, "")).isEqualTo("hello\nsorry\n");
    }
  }

  @Test
  void redirect_relaysWithHalfClose() throws Exception {
    var target = Programs.freePort();
    var text = "127.0.0.1:" + target + " stream tcp nowait - /usr/bin/rev rev\n"
        + "PORT on protocol = tcp, wait = no, redirect = 127.0.0.1:" + target + ";\n";
    Programs.require("/usr/bin/rev");
    try (var _ = serve(text)) {
      assertThat(ask(port, "abc\n")).isEqualTo("cba\n");
    }
    try (var _ = serve("PORT on protocol = tcp, wait = no, redirect = 127.0.0.1:" + target + ";\n");
        var client = connect(port)) {
      assertThat(served(client)).as("nobody is there").isFalse();
    }
  }

  @Test
  void tcpmux_namesAService() throws Exception {
    var text =
        """
        PORT stream tcp nowait root internal tcpmux
        tcpmux/+Echo stream tcp nowait - /bin/echo echo muxed
        tcpmux/own stream tcp nowait - /bin/sh sh -c "printf '+mine\\r\\n'; exec cat"
        """;
    try (var server = serve(text)) {
      assertThat(ask(port, "echo\r\n")).isEqualTo("+Go\r\nmuxed\n");
      assertThat(ask(port, "ECHO\n")).isEqualTo("+Go\r\nmuxed\n");
      assertThat(ask(port, "own\r\nrest of it")).as("what follows is the program's").isEqualTo("+mine\r\nrest of it");
      assertThat(ask(port, "help\r\n")).isEqualTo("Echo\r\nown\r\n");
      assertThat(ask(port, "nothing\r\n")).isEqualTo("-Service not available\r\n");
      assertThat(ask(port, "\r\n")).isEqualTo("-Service name expected\r\n");
      try (var client = connect(port)) {
        for (byte b : "ec".getBytes(StandardCharsets.US_ASCII)) {
          client.getOutputStream().write(b);
          client.getOutputStream().flush();
        }
        assertThat(ask(client, "ho\r\n")).isEqualTo("+Go\r\nmuxed\n");
      }
      assertThat(server.services().get(1).started()).isEqualTo(3);
    }
  }

  @Test
  void keptProgram_hasTheSocketAndComesBack() throws Exception {
    Programs.require("/usr/bin/perl");
    var serves = "open(S,'+<&=0');while(accept(C,S)){syswrite(C,qq($$\\n));close(C)}";
    try (var server = serve("PORT stream tcp always - /usr/bin/perl perl -e \"" + serves + "\"\n")) {
      long first = pid(port);
      assertThat(pid(port)).isEqualTo(first);
      assertThat(state(server).state()).isEqualTo(ServiceState.State.HANDED_OVER);
      Programs.await("known", () -> state(server).started() == 1);
      assertThat(server.killService(state(server).name())).isEqualTo(1);
      Programs.await("its end", () -> Programs.gone(first));
      assertThat(pid(port)).as("clients wait meanwhile").isNotEqualTo(first);
      var second = pid(port);
      assertThat(server.reload(InetdConfig.parse("c", "")).closed()).hasSize(1);
      Programs.await("its end", () -> Programs.gone(second));
    }
  }

  private static long pid(int port) throws Exception {
    try (var client = connect(port)) {
      var in = new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII);
      return Long.parseLong(new BufferedReader(in).readLine());
    }
  }

  @Test
  void timeLimit_endsTheProgram() throws Exception {
    try (var _ = serve("PORT on protocol = tcp, wait = no, user = -, time_limit = 200ms, exec = /bin/sh, args = sh -c \"echo $$; exec cat\";");
        var client = connect(port)) {
      assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).matches("[0-9]+\n");
    }
  }

  @Test
  void childsView_isAsTheEntrySays() throws Exception {
    var text = "PORT on protocol = tcp, wait = no, user = -, variables = ucspi, env = \"A=b c\", directory = /usr, umask = 027,"
        + " nice = 3, limits = open_files=77, exec = /bin/sh, args = sh -c \"echo $PROTO $TCPREMOTEIP $TCPLOCALPORT $A; pwd;"
        + " umask; nice; ulimit -n; ls /proc/$$/fd | tr '\\n' ' '\";";
    try (var _ = serve(text)) {
      assertThat(ask(port, "")).isEqualTo("TCP 127.0.0.1 " + port + " b c\n/usr\n0027\n3\n77\n0 1 2 ");
    }
  }

  @Test
  void systemdUnit_passesTheConnectionFrom3On() throws Exception {
    var unit =
        """
        # a.socket
        [Socket]
        ListenStream=127.0.0.1:%d
        Accept=yes
        # a@.service
        [Service]
        ExecStart=/bin/sh -c "echo $$LISTEN_FDS $LISTEN_FDNAMES $REMOTE_ADDR >&3; [ $LISTEN_PID = $$$$ ] && echo own >&3"
        """
            .formatted(port);
    try (var server = InetdServer.start(InetdConfig.parse("a.socket", unit, Dialect.SYSTEMD))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("1 connection 127.0.0.1\nown\n");
    }
  }

  @Test
  void xinetdSection_isServed() throws Exception {
    var text = "service x\n{\ntype = UNLISTED\nport = " + port + "\nbind = 127.0.0.1\nsocket_type = stream\nwait = no\nuser = "
        + System.getProperty("user.name") + "\nserver = /bin/sh\nserver_args = -c pwd;echo${IFS}$REMOTE_HOST\nflags = NOLIBWRAP\n}\n";
    try (var server = InetdServer.start(InetdConfig.parse("x", text, Dialect.XINETD))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("/\n127.0.0.1\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"'127.0.0.{0,2}',false", "'127.0.0.{0,1}',true", "127.0.0.0,true"})
  void onlyFrom_ofAlternatives_letsInThoseAlone(String onlyFrom, boolean served) throws Exception {
    var text = "service daytime\n{\ntype = UNLISTED INTERNAL\nport = " + port + "\nbind = 127.0.0.1\nsocket_type = stream\n"
        + "wait = no\nflags = NOLIBWRAP\nonly_from = " + onlyFrom + "\n}\n";
    try (var server = InetdServer.start(InetdConfig.parse("x", text, Dialect.XINETD))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "").isEmpty()).isEqualTo(!served);
    }
  }

  @Test
  void check_whatIsHardlyMeant_warns() {
    var text =
        """
        8080 stream tcp nowait - /bin/cat -u
        tcpmux/x stream tcp nowait - /bin/cat
        8081 on protocol = tcp, wait = no, user = -, only_from =, exec = /bin/cat;
        8082 on protocol = tcp, wait = yes, user = -, only_from = 10.0.0.1, exec = /bin/cat;
        """;
    var checked = InetdServer.check(InetdConfig.parse("c", text));
    assertThat(checked.services()).hasSize(4);
    assertThat(checked.diagnostics())
        .extracting(io.netsvc.inetd.config.Diagnostic::toString)
        .containsExactly(
            "c:1:35: warning: read \"-u\" as the program's name, argv[0]; expected the name before the arguments",
            "c:2:1: warning: nobody can reach it: expected an entry with internal tcpmux, on port 1",
            "c:3:46: warning: nobody can reach it: only_from is empty",
            "c:4:47: warning: it keeps nobody out: the program itself accepts");
  }

  @Test
  void check_aWrongWord_isNamedAtItsPlace() {
    var xinetd =
        """
        service a
        {
        type = UNLISTED
        port = 8081
        socket_type = stream
        wait = no
        only_from = 10.0.0.0/8
        only_from += 11.0.0.0/8 12.0.0.0/99
        access_times = 01:00-02:00 25:00-26:00
        redirect = localhost 99999
        }
        """;
    assertThat(InetdServer.check(InetdConfig.parse("x", xinetd, Dialect.XINETD)).diagnostics())
        .extracting(d -> d.line() + ":" + d.column())
        .containsExactly("8:25", "9:28", "10:12");
    var definition = "8081 on protocol = tcp, wait = no,\n access_times = 25:00-26:00,\n only_from = 10.0.0.0/8\n  12.0.0.0/99, redirect = nowhere;\n";
    assertThat(InetdServer.check(InetdConfig.parse("c", definition)).diagnostics())
        .extracting(d -> d.line() + ":" + d.column())
        .containsExactly("2:17", "4:3", "4:27");
  }

  @Test
  void trap_refusesItsClientEverywhere() throws Exception {
    var other = Programs.freePort();
    var text = "PORT on protocol = tcp, wait = no, deny_time = 60s;\n127.0.0.1:" + other + " stream tcp nowait - /bin/echo echo y\n";
    try (var server = serve(text)) {
      assertThat(ask(other, "")).isEqualTo("y\n");
      assertThat(ask(port, "")).isEmpty();
      assertThat(ask(other, "")).isEmpty();
      assertThat(server.services().get(1).refused()).isEqualTo(Map.of(Refusal.ACCESS, 1L));
    }
  }

  @Test
  void serviceMadeInJava_isServedByAHandler() throws Exception {
    var spec =
        ServiceSpec.at(io.netsvc.inetd.config.Listen.tcp(String.valueOf(port), "127.0.0.1"))
            .with(Attribute.PROGRAM, ServiceSpec.INTERNAL)
            .with(Attribute.ARGV, List.of("hello"));
    try (var server =
        InetdServer.start(
            InetdConfig.of(List.of(spec)),
            o ->
                o.withHandler("hello", c -> c.write(ByteBuffer.wrap("hi\n".getBytes(StandardCharsets.US_ASCII))))
                    .withKillDelay(Duration.ofSeconds(1)))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("hi\n");
    }
  }
}
