package io.netsvc.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;

/** Listens, connects to itself over loopback, and holds all that until its standard input ends. */
final class SocketsHold {
  private static final int LISTENERS = 3;

  private SocketsHold() {}

  public static void main(String[] args) throws IOException {
    int number = Integer.parseInt(args[0]);
    int connections = Integer.parseInt(args[1]);
    // Each process has a source of its own, as one has no more than 28,000 ports to one listener.
    var host = "127.0.0." + (2 + number);
    var held = new ArrayList<Channel>();
    for (int i = 0; i < LISTENERS; i++) {
      held.add(ServerSocketChannel.open().bind(new InetSocketAddress(host, 0), 4096));
    }
    var listener = (ServerSocketChannel) held.getFirst();
    for (int i = 0; i < connections; i++) {
      held.add(SocketChannel.open(listener.getLocalAddress()));
      held.add(listener.accept());
    }
    System.out.write('.');
    System.out.flush();
    while (System.in.read() >= 0) {
      // Until its end.
    }
    for (var each : held) {
      each.close();
    }
  }
}
