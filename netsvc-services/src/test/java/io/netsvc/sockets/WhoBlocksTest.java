package io.netsvc.sockets;

import static io.netsvc.sockets.SocketProtocol.TCP;
import static io.netsvc.sockets.SocketProtocol.UDP;
import static java.net.StandardProtocolFamily.INET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is in the way of a bind that has failed. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WhoBlocksTest {
  private static final long SELF = ProcessHandle.current().pid();

  private static final String LISTENER =
      """
      my $s = listening("127.0.0.1", 0);
      print "port ", (unpack_sockaddr_in(getsockname($s)))[0], "\\n";
      ready();
      """;

  @TempDir private Path directory;

  private static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  private static int port(NetworkChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static ServerSocketChannel listen(String literal) throws IOException {
    return ServerSocketChannel.open(INET).bind(at(literal, 0));
  }

  /** Of a bind without options, which fails as the kernel says. */
  private static List<Obstacle> blockers(SocketProtocol protocol, InetSocketAddress address)
      throws IOException {
    try (NetworkChannel channel =
        protocol == TCP ? ServerSocketChannel.open(INET) : DatagramChannel.open(INET)) {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      assertThatThrownBy(() -> channel.bind(address)).isInstanceOf(BindException.class);
    }
    return SocketTable.system().whoBlocks(protocol, address);
  }

  private static void abandon(NetworkChannel listener) throws IOException {
    listener.close();
  }

  private static void assertOne(List<Obstacle> found, Obstacle.Kind kind, String text) {
    assertThat(found).singleElement().hasToString(text).returns(kind, Obstacle::kind);
  }

  @Test
  void listener_ofAnotherProcess_isSaidByName() throws Exception {
    try (var holder = PerlHolder.here(directory, LISTENER)) {
      int port = holder.number("port");
      var found = blockers(TCP, at("127.0.0.1", port));
      assertThat(found).singleElement().returns(Obstacle.Kind.LISTENER, Obstacle::kind);
      // Its unit is that of whoever runs the tests.
      assertThat(found.getFirst().reason())
          .startsWith("perl (pid " + holder.pid())
          .endsWith(") listens on 127.0.0.1:" + port);
      assertThat(found.getFirst().holders()).extracting(Holder::pid).containsExactly(holder.pid());
      assertThat(blockers(TCP, at("0.0.0.0", port)).getFirst().reason())
          .endsWith(" listens on 127.0.0.1:" + port + ", which the wanted wildcard address covers");
    }
  }

  @Test
  void listener_onEveryAddress_coversTheWantedOne() throws IOException {
    try (var listener = listen("0.0.0.0")) {
      var unit = SocketTable.system().whoBlocks(TCP, at("127.0.0.1", port(listener)));
      assertThat(unit.getFirst().reason())
          .isEqualTo(
              "this process itself (pid %d) listens on 0.0.0.0:%d, which covers every address of its family",
              SELF, port(listener));
      assertThat(blockers(TCP, at("127.0.0.1", port(listener))).getFirst().help())
          .endsWith(", or bind it to one address and this one to another");
    }
  }

  @Test
  void datagrams_bound_areInTheWayOfDatagramsAlone() throws IOException {
    try (var bound = DatagramChannel.open(INET).bind(at("127.0.0.1", 0))) {
      int port = port(bound);
      assertThat(blockers(UDP, at("127.0.0.1", port)))
          .singleElement()
          .returns(Obstacle.Kind.DATAGRAMS, Obstacle::kind)
          .returns(
              "this process itself (pid " + SELF + ") receives datagrams at 127.0.0.1:" + port,
              Obstacle::reason);
      assertThat(SocketTable.system().whoBlocks(TCP, at("127.0.0.1", port))).isEmpty();
    }
  }

  @Test
  void datagrams_connected_sayWithWhom() throws IOException {
    try (var peer = DatagramChannel.open(INET).bind(at("127.0.0.1", 0));
        var bound = DatagramChannel.open(INET).bind(at("127.0.0.1", 0))) {
      bound.connect(peer.getLocalAddress());
      assertThat(blockers(UDP, at("127.0.0.1", port(bound))))
          .singleElement()
          .returns(
              "this process itself (pid %d) has 127.0.0.1:%d connected to 127.0.0.1:%d"
                  .formatted(SELF, port(bound), port(peer)),
              Obstacle::reason);
    }
  }

  @Test
  void bound_alone_isSaid() throws IOException {
    assumeTrue(Kernels.listsBoundSockets(), "a kernel before 6.8");
    try (var bound = SocketChannel.open(INET).bind(at("127.0.0.1", 0))) {
      assertThat(blockers(TCP, at("127.0.0.1", port(bound))))
          .singleElement()
          .returns(Obstacle.Kind.BOUND, Obstacle::kind)
          .returns(
              "this process itself (pid %d) has bound 127.0.0.1:%d, and does not listen"
                  .formatted(SELF, port(bound)),
              Obstacle::reason);
    }
  }

  @Test
  void connections_thatOutliveTheirListener_areCounted() throws IOException {
    try (var listener = listen("127.0.0.1");
        var first = SocketChannel.open(listener.getLocalAddress());
        var accepted = listener.accept()) {
      int port = port(listener);
      var address = at("127.0.0.1", port);
      assertThat(SocketTable.system().whoBlocks(TCP, address))
          .singleElement()
          .returns(Obstacle.Kind.LISTENER, Obstacle::kind);
      try (var second = SocketChannel.open(listener.getLocalAddress());
          var other = listener.accept()) {
        abandon(listener);
        assertThat(blockers(TCP, address))
            .singleElement()
            .returns(Obstacle.Kind.CONNECTION, Obstacle::kind)
            .asString()
            .startsWith("2 connections have the port, such as one from 127.0.0.1:" + port + " to ")
            .endsWith(
                ", held by this process itself (pid %d): end it, or, if a listener that had SO_REUSEADDR has left it behind, set that on this socket"
                    .formatted(SELF));
        other.setOption(StandardSocketOptions.SO_LINGER, 0); // so that nothing is left of it
        assertThat(second.isConnected()).isTrue();
      }
      assertThat(blockers(TCP, address))
          .singleElement()
          .returns(
              "a connection from 127.0.0.1:%d to 127.0.0.1:%d has the port, held by this process itself (pid %d)"
                  .formatted(port, port(first), SELF),
              Obstacle::reason);
      accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
  }

  @Test
  void timeWait_ofTheServersEnd_saysHowLong() throws IOException {
    int port;
    try (var listener = listen("127.0.0.1");
        var client = SocketChannel.open(listener.getLocalAddress())) {
      port = port(listener);
      listener.accept().close(); // at first: so its end waits
      client.read(ByteBuffer.allocate(1));
    }
    assertThat(blockers(TCP, at("127.0.0.1", port)))
        .singleElement()
        .satisfies(
            obstacle ->
                assertThat(obstacle)
                    .asString()
                    .matches(
                        "a connection of 127\\.0\\.0\\.1:" + port
                            + ", closed a short time ago, may still receive segments \\(TIME-WAIT\\):"
                            + " set SO_REUSEADDR, as its listener must have had it, or wait (60|[1-5]?[0-9]) s"))
        .returns(Obstacle.Kind.TIME_WAIT, Obstacle::kind);
  }

  /** The kernel chose for a client the port that a service wants. */
  @Test
  void outgoing_onThePort_isSaid() throws IOException {
    try (var listener = listenBelowEphemeral();
        var client = SocketChannel.open(INET)) {
      client.connect(listener.getLocalAddress());
      int port = port(client);
      assertThat(blockers(TCP, at("127.0.0.1", port)))
          .singleElement()
          .returns(Obstacle.Kind.OUTGOING, Obstacle::kind)
          .returns(
              "a connection of this process itself (pid %d) to 127.0.0.1:%d goes out from 127.0.0.1:%d, a port that the kernel chose for it"
                  .formatted(SELF, port(listener), port),
              Obstacle::reason)
          .returns(
              "wait for its end, and add %d to net.ipv4.ip_local_reserved_ports, for the kernel not to choose it again"
                  .formatted(port),
              Obstacle::help);
    }
  }

  private static ServerSocketChannel listenBelowEphemeral() throws IOException {
    for (int port = 20_000; ; port++) {
      try {
        return ServerSocketChannel.open(INET).bind(at("127.0.0.1", port));
      } catch (BindException e) {
        if (port > 20_100) {
          throw e;
        }
      }
    }
  }

  @Test
  void address_notLocal_isSaid() throws IOException {
    var text =
        "192.0.2.1 is no address of this machine, or none yet: take one that `ip address` lists and does not call tentative, or set net.ipv4.ip_nonlocal_bind";
    assertOne(blockers(TCP, at("192.0.2.1", 0)), Obstacle.Kind.ADDRESS_NOT_LOCAL, text);
    assertOne(blockers(UDP, at("192.0.2.1", 4711)), Obstacle.Kind.ADDRESS_NOT_LOCAL, text);
  }

  @Test
  void nobody_inTheWay_isNone() throws IOException {
    int port;
    try (var listener = listen("127.0.0.1")) {
      port = port(listener);
    }
    assertThat(SocketTable.system().whoBlocks(TCP, at("127.0.0.1", port))).isEmpty();
    assertThat(SocketTable.system().whoBlocks(TCP, at("127.99.99.99", 0))).isEmpty();
  }

  @Test
  void holder_unknown_isSaidAsFarAsItIs() throws Exception {
    try (var holder = PerlHolder.apart(directory, "nobody.pl")) {
      assertThat(holder.table().whoBlocks(TCP, at("127.0.0.1", 1020)))
          .singleElement()
          .returns(
              "a socket of user root that no process here holds (one in another container, or the kernel, does)"
                  + " listens on 127.0.0.1:1020",
              Obstacle::reason)
          .returns("stop what holds it, or take another port", Obstacle::help);
      assertThat(SocketTable.system().whoBlocks(TCP, at("127.0.0.1", 1020))).isEmpty();
    }
  }
}
