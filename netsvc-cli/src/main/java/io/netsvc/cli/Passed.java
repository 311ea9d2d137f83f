package io.netsvc.cli;

import io.netsvc.net.PassedSocket;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The sockets that this command was started with, by a service manager or a predecessor. */
record Passed(List<PassedSocket> services, Optional<PassedSocket> control) implements AutoCloseable {

  static Passed take() throws IOException {
    var all = PassedSocket.takeAll();
    return new Passed(
        all.stream().filter(passed -> !isControl(passed)).toList(),
        all.stream().filter(Passed::isControl).findFirst());
  }

  private static boolean isControl(PassedSocket passed) {
    return passed.name().equals(ControlSocket.NAME) || passed.name().equals(ControlSocket.OWN);
  }

  /** Closes the control socket's fd that was passed; the server closes the others. */
  @Override
  public void close() {
    control.ifPresent(PassedSocket::close);
  }
}
