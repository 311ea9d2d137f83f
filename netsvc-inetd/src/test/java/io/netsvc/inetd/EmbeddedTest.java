package io.netsvc.inetd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.ServiceSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers within an application. */
@Timeout(60)
class EmbeddedTest {
  @TempDir private Path directory;

  private static ServiceSpec internal(int port, String name) {
    return ServiceSpec.at(Listen.tcp(String.valueOf(port), "127.0.0.1"))
        .with(Attribute.PROGRAM, ServiceSpec.INTERNAL)
        .with(Attribute.ARGV, List.of(name));
  }

  @Test
  void handlersAndBuiltins_withoutNativeAccess_areServedLimitedReloadedAndStopped() throws Exception {
    var command = ChildJvm.command(directory, Program.class, "--illegal-native-access=deny");
    var output = Programs.run(directory, command.toArray(String[]::new));
    assertThat(output.lines().filter(line -> !line.contains(" INFO ")))
        .containsExactly(
            "[]",
            "hello",
            "echo",
            "+Go",
            "refused {ACCESS=1}",
            ":1:1: error: starting programs needs",
            "changed",
            "GRACEFUL");
  }

  @Test
  void twoServers_inOneJvm_doNotKnowOfEachOther() throws Exception {
    int one = Programs.freePort();
    int two = Programs.freePort();
    var first = InetdServer.start(InetdConfig.of(List.of(internal(one, "who"))), o -> o.withHandler("who", c -> c.write(UTF_8.encode("1"))));
    var second = InetdServer.start(InetdConfig.of(List.of(internal(two, "who"))), o -> o.withHandler("who", c -> c.write(UTF_8.encode("2"))));
    try (second) {
      assertThat(Clients.ask(one, "")).isEqualTo("1");
      assertThat(Clients.ask(two, "")).isEqualTo("2");
      first.close();
      assertThat(Clients.refuses(one)).isTrue();
      assertThat(Clients.ask(two, "")).isEqualTo("2");
      assertThat(second.services()).extracting(ServiceState::started).containsExactly(2L);
    }
  }

  /** An application that may call nothing native. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      int hello = Programs.freePort();
      int echo = Programs.freePort();
      int mux = Programs.freePort();
      var muxed =
          internal(1, "hello").without(Attribute.LISTENS).with(Attribute.TCPMUX, new io.netsvc.inetd.config.Tcpmux("hello", true));
      var good = List.of(internal(hello, "hello"), internal(echo, "echo"), internal(mux, "tcpmux"), muxed);
      try (var server =
          InetdServer.start(
              InetdConfig.of(good), o -> o.withHandler("hello", c -> c.write(ByteBuffer.wrap("hello\n".getBytes(UTF_8)))))) {
        System.out.println(server.diagnostics());
        System.out.print(Clients.ask(hello, ""));
        System.out.println(Clients.ask(echo, "echo"));
        System.out.println(Clients.ask(mux, "hello\r\n").lines().findFirst().orElse(""));
        var closed = internal(hello, "hello").with(Attribute.ONLY_FROM, List.of("10.0.0.0/8"));
        var reloaded = server.reload(InetdConfig.of(List.of(closed)));
        var nothing = Clients.ask(hello, "");
        System.out.println(nothing + "refused " + server.services().getFirst().refused());
        var program =
            ServiceSpec.at(Listen.tcp(String.valueOf(echo), "127.0.0.1"))
                .with(Attribute.PROGRAM, "/bin/cat")
                .with(Attribute.ARGV, List.of("cat"));
        var broken = server.reload(InetdConfig.of(List.of(closed, program)));
        broken.diagnostics().forEach(d -> System.out.println(d.toString().replaceAll(" --?.*", "")));
        System.out.println(reloaded.changed().isEmpty() ? "nothing changed" : "changed");
        System.out.println(server.stop(Duration.ofSeconds(5)));
      }
    }
  }
}
