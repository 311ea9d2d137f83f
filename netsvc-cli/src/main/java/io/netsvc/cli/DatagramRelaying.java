package io.netsvc.cli;

import io.netsvc.net.BindFailedException;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.DatagramRelay;
import io.netsvc.net.DatagramRelayOptions;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A relay of datagrams, with a port for each address of an endpoint. */
final class DatagramRelaying implements Relaying {
  private final List<DatagramRelay> relays = new ArrayList<>();
  private final List<SocketAddress> addresses = new ArrayList<>();
  private long before;

  DatagramRelaying(Endpoint from, SocketAddress to, UnaryOperator<DatagramRelayOptions> options)
      throws IOException {
    IOException failure = null;
    for (var address : from.resolve()) {
      try {
        open(address, to, options);
      } catch (BindFailedException | RuntimeException e) {
        stop(Duration.ZERO);
        throw e;
      } catch (IOException e) {
        failure = e; // one of both families may be missing
      }
    }
    if (failure != null && relays.isEmpty()) {
      throw failure;
    }
  }

  private void open(
      SocketAddress address, SocketAddress to, UnaryOperator<DatagramRelayOptions> options)
      throws IOException {
    var port = DatagramPort.open(address);
    try {
      relays.add(DatagramRelay.serve(port, to, options));
      addresses.add(port.localAddress());
    } catch (IOException | RuntimeException e) {
      port.close();
      throw e;
    }
  }

  /** {@return where it is bound} */
  String where() {
    return addresses.stream().map(Endpoints::text).collect(Collectors.joining(", "));
  }

  @Override
  public String progress() {
    long sessions = 0;
    long opened = 0;
    long to = 0;
    long from = 0;
    long dropped = 0;
    for (var relay : relays) {
      var now = relay.snapshot();
      sessions += now.sessions();
      opened += now.opened();
      to += now.forward().datagrams();
      from += now.backward().datagrams();
      dropped += now.dropped().values().stream().mapToLong(n -> n).sum();
    }
    var line =
        "sessions %d of %d, %d datagrams to, %d from (%d/s), %d dropped"
            .formatted(sessions, opened, to, from, to + from - before, dropped);
    before = to + from;
    return line;
  }

  @Override
  public double graceSeconds() {
    return 0; // datagrams have no end to wait for
  }

  @Override
  public Stopped stop(Duration grace) {
    long deadlineNanos = System.nanoTime() + Math.max(0, grace.toNanos());
    var result = Stopped.GRACEFUL;
    for (var relay : relays) {
      if (relay.stop(Duration.ofNanos(deadlineNanos - System.nanoTime())) == Stopped.FORCED) {
        result = Stopped.FORCED;
      }
    }
    return result;
  }
}
