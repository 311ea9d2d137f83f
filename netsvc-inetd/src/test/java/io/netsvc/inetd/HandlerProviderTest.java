package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handlers of a plug-in, which is compiled here and loaded as a jar on the class path would be. */
@Timeout(60)
class HandlerProviderTest {
  private static final String PROVIDER =
      """
      package plugin;

      import io.netsvc.inetd.HandlerProvider;
      import io.netsvc.net.ConnectionHandler;
      import java.nio.ByteBuffer;

      public class NAME implements HandlerProvider {
        public String name() {
          return "HANDLER";
        }

        public ConnectionHandler handler() {
          return c -> c.write(ByteBuffer.wrap("NAME".getBytes()));
        }
      }
      """;

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  @AfterEach
  void restoreLoader() {
    Thread.currentThread().setContextClassLoader(before);
  }

  /** Adds a provider to the plug-in. */
  private void provide(String name, String handler) throws Exception {
    var source = directory.resolve(name + ".java");
    Files.writeString(source, PROVIDER.replace("NAME", name).replace("HANDLER", handler));
    var path =
        System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
    var said = new StringWriter();
    var javac = ToolProvider.findFirst("javac").orElseThrow();
    int status =
        javac.run(
            new PrintWriter(said), new PrintWriter(said), "-proc:none", "-cp", path, "-d", directory.toString(), source.toString());
    assertThat(status).as(said.toString()).isZero();
    list("plugin." + name);
  }

  private void list(String type) throws Exception {
    var services = directory.resolve("META-INF/services/io.netsvc.inetd.HandlerProvider");
    Files.createDirectories(services.getParent());
    var already = Files.exists(services) ? Files.readString(services) : "";
    Files.writeString(services, already + type + "\n");
  }

  private InetdServer serve(String name, UnaryOperator<InetdOptions> options) throws Exception {
    Thread.currentThread()
        .setContextClassLoader(new URLClassLoader(new URL[] {directory.toUri().toURL()}, before));
    var text = "127.0.0.1:%d stream tcp nowait - internal %s\n".formatted(port, name);
    return InetdServer.start(InetdConfig.parse("c", text), options);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void entry_namesAProvidedHandler_isServedByIt() throws Exception {
    provide("Hello", "hello");
    try (var server = serve("hello", o -> o)) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("Hello");
    }
  }

  @Test
  void entry_nameIsRegisteredToo_isServedByTheRegistered() throws Exception {
    provide("Hello", "hello");
    try (var server = serve("hello", o -> o.withHandler("hello", c -> c.write(ByteBuffer.wrap(ascii("mine")))))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("mine");
    }
  }

  @Test
  void entry_nameIsABuiltIn_isServedByThat() throws Exception {
    provide("Echo", "echo");
    try (var server = serve("echo", o -> o)) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "abc")).isEqualTo("abc");
    }
  }

  @Test
  void provider_thatCannotBeLoaded_keepsNoOtherOff() throws Exception {
    list("plugin.Missing");
    provide("Hello", "hello");
    provide("Second", "hello");
    try (var log = new Log();
        var server = serve("hello", o -> o)) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("Hello");
      assertThat(log.text())
          .contains("handler provider left out", "plugin.Missing")
          .contains("another has its name handler=hello provider=plugin.Second");
    }
  }

  @Test
  void entry_nobodyHasItsName_isADiagnostic() throws Exception {
    provide("Hello", "hello");
    try (var server = serve("helo", o -> o)) {
      assertThat(server.diagnostics())
          .singleElement()
          .asString()
          .contains("no internal service \"helo\": expected echo", "or the name of a handler");
    }
  }
}
