package io.netsvc.inetd;

import io.netsvc.net.DatagramPort;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for each datagram at the head of a socket whether its sender may have the service, and drops
 * it if not. What has to ask DNS or files does so on a virtual thread, while the socket rests.
 */
final class DatagramGate {
  /** How many one wake-up drops at most, so that others get their turn. */
  private static final int BATCH = 64;

  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final Admission admission;

  DatagramGate(Service service, Admission admission) {
    this.service = service;
    this.admission = admission;
  }

  /**
   * Has the next sender that may have the service served, now or later.
   *
   * @param served gets who it is; the datagram waits still
   */
  void next(ServiceSocket.Datagram socket, Consumer<SocketAddress> served) {
    if (!admission.blocks()) {
      admitted(socket).ifPresent(served);
    } else if (socket.pause(service, Pause.ASKING)) {
      Thread.ofVirtual()
          .name("netsvc-" + socket.localAddress())
          .start(
              () -> {
                try {
                  admitted(socket).ifPresent(served);
                } finally {
                  socket.resume(service, Pause.ASKING);
                }
              });
    }
  }

  private Optional<SocketAddress> admitted(ServiceSocket.Datagram socket) {
    for (int i = 0; i < BATCH; i++) {
      try {
        var peer = socket.port().peek().map(DatagramPort.Datagram::peer);
        if (peer.isEmpty() || admits(socket.port(), peer.get())) {
          return peer;
        }
        drop(socket);
      } catch (IOException e) { // too long, and it would be so again
        log.debug("datagram failed service={} cause=\"{}\"", service.spec().name(), e.getMessage());
        drop(socket);
      }
    }
    return Optional.empty();
  }

  private static void drop(ServiceSocket.Datagram socket) {
    try {
      var _ = socket.port().poll();
    } catch (IOException e) {
      // It is gone all the same.
    }
  }

  /** Counts a sender as one that is served, until {@link #left}; or says that it is not. */
  boolean admits(DatagramPort port, SocketAddress peer) {
    var refusal = admission.ask(port.localAddress(), peer);
    refusal.ifPresent(
        reason -> {
          service.tally().accepted();
          service.tally().refused(reason);
          admission.log().refused(service.spec().name(), reason, peer);
        });
    return refusal.isEmpty();
  }

  /** What was served has ended. */
  void left(SocketAddress peer) {
    admission.left(peer);
  }
}
