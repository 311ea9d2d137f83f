package io.netsvc.net;

import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Loops;
import io.netsvc.linux.Pump;
import io.netsvc.linux.StreamSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Relaying over epoll: copies through one buffer of the loop, and splice(2) for bulk. */
final class LinuxRelay {
  private LinuxRelay() {}

  static Joined join(LinuxConnection first, LinuxConnection second, Relay.Mode mode)
      throws IOException {
    var loop = Loops.here();
    return loop.hasRing() ? RingRelay.join(loop, first, second, mode) : join(loop, first, second, mode);
  }

  static Joined join(
      EventLoop loop, LinuxConnection first, LinuxConnection second, Relay.Mode mode)
      throws IOException {
    var a = new StreamSocket(loop, first.detach());
    StreamSocket b;
    try {
      b = new StreamSocket(loop, second.detach());
    } catch (IOException e) {
      a.close();
      throw e;
    }
    var way = Pump.Mode.valueOf(mode.name());
    return new Joined(
        new Loop(loop),
        new Socket(a, first.remoteAddress() instanceof InetSocketAddress),
        new Socket(b, second.remoteAddress() instanceof InetSocketAddress),
        new Way(new Pump(loop, a.fd(), b.fd(), way)),
        new Way(new Pump(loop, b.fd(), a.fd(), way)));
  }

  private record Loop(EventLoop loop) implements RelayLoop {
    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }

    @Override
    public Runnable schedule(Runnable task, long delayNanos) {
      return loop.schedule(task, delayNanos);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  private record Socket(StreamSocket socket, boolean diesWhole) implements RelaySocket {
    @Override
    public void register(Ready ready) throws IOException {
      socket.register(
          events ->
              ready.ready(
                  (events & EventLoop.IN) != 0,
                  (events & EventLoop.OUT) != 0,
                  (events & EventLoop.HANG_UP) != 0));
    }

    @Override
    public void watch(boolean readable, boolean writable) throws IOException {
      socket.watch((readable ? EventLoop.IN : 0) | (writable ? EventLoop.OUT : 0));
    }

    @Override
    public void ignore() {
      socket.ignore();
    }

    @Override
    public boolean unsent() {
      return socket.unsent();
    }

    @Override
    public boolean endOutput(boolean closes) throws IOException {
      if (!closes) {
        socket.shutdownOutput();
      }
      return true;
    }

    @Override
    public void reset() {
      socket.resetOnClose();
      socket.close();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private record Way(Pump pump) implements Mover {
    @Override
    public long receive(long most) throws IOException {
      return pump.receive(most);
    }

    @Override
    public ByteBuffer view() {
      return pump.view();
    }

    @Override
    public long send() throws IOException {
      return pump.send();
    }

    @Override
    public long held() {
      return pump.held();
    }

    @Override
    public boolean spliced() {
      return pump.spliced();
    }

    @Override
    public void close() {
      pump.close();
    }
  }
}
