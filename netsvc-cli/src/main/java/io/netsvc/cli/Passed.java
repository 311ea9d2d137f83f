package io.netsvc.cli;

import io.netsvc.inetd.Supervisor;
import io.netsvc.net.PassedSocket;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The sockets that this command was started with, by a service manager or a predecessor. */
record Passed(List<PassedSocket> services, Optional<PassedSocket> control) implements AutoCloseable {

  static Passed take(Supervisor supervisor) throws IOException {
    var all = PassedSocket.takeAll();
    var control =
        all.stream()
            .filter(passed -> passed.name().equals(ControlSocket.NAME))
            .map(passed -> supervisor.hasPredecessor() ? passed.owned() : passed)
            .findFirst();
    return new Passed(
        all.stream().filter(passed -> !passed.name().equals(ControlSocket.NAME)).toList(), control);
  }

  /** Closes the control socket's fd that was passed; the server closes the others. */
  @Override
  public void close() {
    control.ifPresent(PassedSocket::close);
  }
}
