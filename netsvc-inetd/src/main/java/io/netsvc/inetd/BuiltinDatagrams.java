package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.net.DatagramPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Built-in datagram services: one datagram is answered with at most one, on the event loop. */
final class BuiltinDatagrams implements Serving {
  /** Ports from which a datagram must not be answered, or two servers could answer each other. */
  private static final List<Integer> ANSWERING_PORTS = List.of(0, 7, 9, 13, 17, 19, 37);

  /** How many one wake-up answers at most, so that others get their turn. */
  private static final int BATCH = 64;

  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final Builtin builtin;
  private final DatagramGate gate;
  private final boolean blocks;
  private final StartRate rate;

  BuiltinDatagrams(Service service, Builtin builtin, Admission admission) {
    this.service = service;
    this.builtin = builtin;
    this.gate = new DatagramGate(service, admission);
    this.blocks = admission.blocks();
    this.rate = new StartRate(service.spec().get(Attribute.RATE), System::nanoTime);
  }

  @Override
  public void serve(ServiceSocket socket) throws IOException {
    if (!(socket instanceof ServiceSocket.Datagram datagram)) {
      throw new IllegalArgumentException("not a datagram socket: " + socket.key());
    }
    socket.onReadable(
        () -> {
          if (blocks) {
            gate.next(datagram, peer -> answerNext(datagram.port(), peer));
          } else {
            answerAll(datagram);
          }
        });
  }

  private void answerAll(ServiceSocket.Datagram socket) {
    var port = socket.port();
    try {
      for (int i = 0; i < BATCH && socket.pauses().isEmpty(); i++) {
        var request = port.poll();
        if (request.isEmpty()) {
          return;
        }
        if (gate.admits(port, request.get().peer())) {
          gate.left(request.get().peer());
          answer(port, request.get());
        }
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  /** Answers the datagram whose sender has just been admitted. */
  private void answerNext(DatagramPort port, SocketAddress peer) {
    gate.left(peer);
    try {
      var request = port.poll();
      if (request.isPresent()) {
        answer(port, request.get());
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException e) {
    log.debug("datagram failed service={} cause=\"{}\"", service.spec().name(), e.getMessage());
  }

  /** Whether it comes from a port that answers, or from an address that nobody can have. */
  private static boolean mayAnswerBack(InetSocketAddress peer) {
    var address = peer.getAddress();
    byte[] raw = address.getAddress();
    return ANSWERING_PORTS.contains(peer.getPort())
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || (raw.length == 4 && (raw[0] == 0 || (raw[0] & 0xff) == 255));
  }

  private void answer(DatagramPort port, DatagramPort.Datagram request) throws IOException {
    service.tally().accepted();
    if (request.peer() instanceof InetSocketAddress peer && mayAnswerBack(peer)) {
      service.tally().refused(Refusal.LOOP);
      log.debug("loop refused service={} peer={}", service.spec().name(), peer);
      return;
    }
    var answer = builtin.answer(request.data());
    service.tally().started();
    long pauseNanos = rate.start();
    if (pauseNanos > 0) {
      service.pauseFor(Pause.RATE, pauseNanos);
    }
    if (answer != null) {
      port.send(request.reply(answer));
    }
  }
}
