package io.netsvc.sockets;

import static io.netsvc.sockets.SocketProtocol.TCP;
import static io.netsvc.sockets.SocketProtocol.UDP;
import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.sockets.PortConflict.Outcome;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rule against the kernel that runs the test: every pair that Java can bind on loopback. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class PortConflictKernelTest {
  private static final List<String> ADDRESSES =
      List.of("0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1");
  private static final int OPTION_SETS = 4;

  /** What of a socket's kind matters. */
  enum Kind {
    LISTENING,
    BOUND,
    DATAGRAM;

    NetworkChannel open(StandardProtocolFamily family) throws IOException {
      return switch (this) {
        case LISTENING -> ServerSocketChannel.open(family);
        case BOUND -> SocketChannel.open(family);
        case DATAGRAM -> DatagramChannel.open(family);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void between_pairsOnLoopback_isAsThisKernelDoes(Kind kind) throws IOException {
    assumeTrue(hasIpv6(), "no IPv6 here");
    var wrong = new ArrayList<String>();
    for (var first : ADDRESSES) {
      for (var second : ADDRESSES) {
        for (int i = 0; i < OPTION_SETS * OPTION_SETS; i++) {
          if (!agrees(kind, first, i / OPTION_SETS, second, i % OPTION_SETS)) {
            wrong.add(first + " " + i / OPTION_SETS + ", " + second + " " + i % OPTION_SETS);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Which {@link PortBinding} says of it. */
  @Test
  void serverSocket_on0000_isDualStackWithReuseAddress() throws IOException {
    assumeTrue(hasIpv6(), "no IPv6 here");
    try (var java = new ServerSocket(0)) {
      assertThat(java.getReuseAddress()).isTrue();
      assertThat(binds(Kind.LISTENING, "::1", 1, java.getLocalPort())).isFalse();
      assertThat(binds(Kind.LISTENING, "127.0.0.1", 1, java.getLocalPort())).isFalse();
    }
  }

  /** On one of a few ports: at another address a third socket may have the first. */
  private static boolean agrees(
      Kind kind, String firstAddress, int firstOptions, String secondAddress, int secondOptions)
      throws IOException {
    for (int attempt = 0; attempt < 5; attempt++) {
      try (var first = bind(kind, firstAddress, firstOptions, 0)) {
        int port = ((InetSocketAddress) first.getLocalAddress()).getPort();
        var a = binding(kind, firstAddress, firstOptions, port);
        var b = binding(kind, secondAddress, secondOptions, port);
        boolean expected = PortConflict.between(a, b).outcome() != Outcome.BIND_FAILS;
        if (expected == binds(kind, secondAddress, secondOptions, port)) {
          return true;
        }
      }
    }
    return false;
  }

  private static PortBinding binding(Kind kind, String address, int options, int port) {
    var socket = new InetSocketAddress(InetAddress.ofLiteral(address), port);
    var binding = PortBinding.of(kind == Kind.DATAGRAM ? UDP : TCP, socket);
    return PortConflictTest.options(binding.withListening(kind == Kind.LISTENING), options);
  }

  private static boolean binds(Kind kind, String address, int options, int port)
      throws IOException {
    // the second listens even if the first does not
    var second = kind == Kind.BOUND ? Kind.LISTENING : kind;
    try (var _ = bind(second, address, options, port)) {
      return true;
    } catch (BindException _) {
      return false;
    }
  }

  private static NetworkChannel bind(Kind kind, String address, int options, int port)
      throws IOException {
    var channel = kind.open(address.indexOf(':') < 0 ? INET : INET6);
    try {
      channel.setOption(SO_REUSEADDR, (options & 1) != 0); // on for those that listen
      channel.setOption(SO_REUSEPORT, (options & 2) != 0);
      return channel.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean hasIpv6() {
    try (var _ = bind(Kind.LISTENING, "::1", 0, 0)) {
      return true;
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }
}
