package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Jvm;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which transport a JVM gets, by what it allows and by the property. */
@Timeout(60)
class TransportsTest {
  @TempDir private Path directory;

  private String run(String... options) throws Exception {
    var command = new ArrayList<>(new Jvm(directory).command(Program.class));
    command.remove("--enable-native-access=ALL-UNNAMED");
    command.addAll(1, List.of(options));
    return Jvm.output(command);
  }

  @Test
  void nativeAccessEnabled_isLinux() throws Exception {
    assertThat(run("--enable-native-access=ALL-UNNAMED")).isEqualTo("served with an fd\n");
  }

  @Test
  void nativeAccessDenied_isNioWithOneLine() throws Exception {
    assertThat(run("--illegal-native-access=deny"))
        .containsOnlyOnce("using NIO sockets cause=")
        .containsOnlyOnce("--enable-native-access=io.netsvc.core")
        .endsWith("served without an fd\n");
  }

  @Test
  void nio_forced_makesNoNativeCall() throws Exception {
    assertThat(run("--illegal-native-access=deny", "-Dio.netsvc.transport=nio"))
        .isEqualTo("served without an fd\n");
  }

  @Test
  void linux_forcedWithoutNativeAccess_saysWhatItNeeds() throws Exception {
    assertThat(run("--illegal-native-access=deny", "-Dio.netsvc.transport=linux"))
        .startsWith("the linux transport needs --enable-native-access=io.netsvc.core: ");
  }

  @Test
  void anotherValue_isRefused() throws Exception {
    assertThat(run("-Dio.netsvc.transport=netty"))
        .isEqualTo("io.netsvc.transport: read \"netty\", expected linux or nio\n");
  }

  /** Serves one connection. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      try (var listener = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        boolean fd = hasFd(listener);
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        try (var client = SocketChannel.open(listener.localAddress())) {
          if (client.read(ByteBuffer.allocate(1)) != 1) {
            throw new AssertionError("not served");
          }
        }
        System.out.println("served " + (fd ? "with" : "without") + " an fd");
      } catch (UnsupportedOperationException | IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }

    private static boolean hasFd(Listener listener) throws java.io.IOException {
      try (var fd = listener.handOver()) {
        return fd.number() > 2;
      } catch (UnsupportedOperationException e) {
        return false;
      }
    }
  }
}
