package io.netsvc.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;

/** One direction of a relay by Netty: what one channel receives, and the other sends. */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails is closed, and says so here
final class NettyRelay extends ChannelInboundHandlerAdapter {
  private final SocketChannel to;

  private NettyRelay(SocketChannel to) {
    this.to = to;
  }

  /** Connects on the client's event loop, and relays once it is. */
  static void begin(
      SocketChannel client, Class<? extends SocketChannel> channel, InetSocketAddress upstream) {
    var connect =
        new Bootstrap()
            .group(client.eventLoop())
            .channel(channel)
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.AUTO_READ, false)
            .handler(new NettyRelay(client))
            .connect(upstream);
    var server = (SocketChannel) connect.channel();
    client.pipeline().addLast(new NettyRelay(server));
    connect.addListener(
        connected -> {
          if (connected.isSuccess()) {
            client.config().setAutoRead(true);
            server.config().setAutoRead(true);
          } else {
            client.close();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (to.isActive()) {
      to.write(message, to.voidPromise());
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    to.flush();
  }

  /** Back-pressure: while this channel has much to send, the other one receives nothing. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    to.config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      // shutdownOutput drops what waits to be sent, so it waits for a write behind that.
      var from = (SocketChannel) context.channel();
      to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> endOutput(from));
    }
  }

  private void endOutput(SocketChannel from) {
    to.shutdownOutput();
    if (from.isOutputShutdown()) { // and so the other direction has ended before
      to.close();
      from.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    to.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close(); // and then the other one, as this becomes inactive
  }
}
