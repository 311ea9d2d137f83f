package io.netsvc.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A relay by Netty between two loopback ports, on one event loop, until it is killed. Arguments:
 * where it listens, to where, and {@code epoll}, {@code io_uring} or {@code nio}.
 */
final class NettyServe {
  private static final int BACKLOG = 4096;

  private NettyServe() {}

  private record Way(
      IoHandlerFactory handlers,
      Class<? extends ServerChannel> listening,
      Class<? extends SocketChannel> connected) {

    static Way of(String name) {
      return switch (name) {
        case "epoll" -> {
          Epoll.ensureAvailability();
          yield new Way(
              EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class);
        }
        case "io_uring" -> {
          IoUring.ensureAvailability();
          yield new Way(
              IoUringIoHandler.newFactory(),
              IoUringServerSocketChannel.class,
              IoUringSocketChannel.class);
        }
        case "nio" ->
            new Way(NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
        default -> throw new IllegalArgumentException("no transport: " + name);
      };
    }
  }

  public static void main(String[] args) throws Exception {
    Way way;
    try {
      way = Way.of(args[2]);
    } catch (UnsatisfiedLinkError e) {
      System.err.println("no native library");
      System.exit(1);
      return;
    }
    var loopback = InetAddress.ofLiteral("127.0.0.1");
    var upstream = new InetSocketAddress(loopback, Integer.parseInt(args[1]));
    var connected = way.connected();
    new ServerBootstrap()
        .group(new MultiThreadIoEventLoopGroup(1, way.handlers()))
        .channel(way.listening())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.AUTO_READ, false)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel client) {
                NettyRelay.begin(client, connected, upstream);
              }
            })
        .bind(loopback, Integer.parseInt(args[0]))
        .sync()
        .channel()
        .closeFuture()
        .sync();
  }
}
