package io.netsvc.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
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
  private final ChannelFuture ready;

  private NettyRelay(SocketChannel to, ChannelFuture ready) {
    this.to = to;
    this.ready = ready;
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
            .handler(new NettyRelay(client, client.newSucceededFuture()))
            .connect(upstream);
    var server = (SocketChannel) connect.channel();
    client.pipeline().addLast(new NettyRelay(server, connect));
    connect.addListener(
        connected -> {
          if (connected.isSuccess()) {
            receive(client, true);
            receive(server, true);
          } else {
            client.close();
          }
        });
  }

  private static void receive(SocketChannel from, boolean wanted) {
    if (from.isActive()) { // where it has ended, this would be an error of the other channel
      from.config().setAutoRead(wanted);
    }
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
    receive(to, context.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      var from = (SocketChannel) context.channel();
      ready.addListener(_ -> afterWrites(() -> endOutput(from))); // it may end before it is connected
    }
  }

  /** Closing and shutdownOutput drop what waits to be sent, so they wait for a write behind that. */
  private void afterWrites(Runnable next) {
    to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> next.run());
  }

  private void endOutput(SocketChannel from) {
    to.shutdownOutput();
    if (from.isOutputShutdown() || !from.isOpen()) { // and so the other direction has ended before
      to.close();
      from.close();
    }
  }

  /** Closes the other channel too, behind what was received before: that may be a whole stream. */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    afterWrites(to::close);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close(); // and then the other one, as this becomes inactive
  }
}
