package io.netsvc.inetd.config;

/**
 * Reads systemd.socket(5) units with the services that they start. A text can hold several units,
 * each below a comment of its path, as systemctl(1) prints them; the service of a socket that is
 * alone in its file is looked for beside it and where systemd would. Limits that are not written do
 * not hold, where systemd has {@code MaxConnections=64}, {@code TriggerLimitBurst=} and {@code
 * PollLimitBurst=}.
 */
final class SystemdReader {
  private SystemdReader() {}

  /** Reads the units of a text, and adds the services of its sockets. */
  static void read(String file, String text, Found found) {
    var units = new SystemdUnits(found);
    units.read(file, text);
    units.sockets().forEach(socket -> accept(socket, units, found));
  }

  private static void accept(SystemdUnit socket, SystemdUnits units, Found found) {
    var head = new Word(socket.name(), 1, 1);
    try {
      var name = new SystemdName(socket.name());
      if (name.isTemplate()) {
        throw head.expected("a name with an instance behind the @, since this is a template");
      }
      boolean accepts = accepts(socket);
      var wanted = wanted(socket, name, accepts);
      var service = units.service(socket.file(), wanted);
      if (service.isEmpty()) {
        throw head.expected("its service " + Word.shown(wanted.text()) + ", beside it or where systemd has it");
      }
      found.service(SystemdServices.of(socket, service.get(), accepts, found));
    } catch (Rejected e) {
      var partial = ServiceSpec.empty().placed(socket.file(), head.position()).with(Attribute.ID, socket.name());
      found.broken(socket.file(), e, BrokenEntry.of(partial));
    }
  }

  private static boolean accepts(SystemdUnit socket) throws Rejected {
    var accept = socket.last("Socket", "Accept");
    if (accept.isEmpty()) {
      return false;
    }
    return SystemdValues.truth(accept.get().value().text()).orElseThrow(() -> accept.get().expected("yes or no"));
  }

  /** With {@code Accept=yes} it is a template, which no {@code Service=} may name otherwise. */
  private static SystemdName wanted(SystemdUnit socket, SystemdName name, boolean accepts) throws Rejected {
    var said = socket.last("Socket", "Service");
    if (said.isPresent() && accepts) {
      throw said.get().key().expected("no Service= beside Accept=yes").in(said.get().file());
    }
    if (said.isPresent()) {
      return new SystemdName(name.expand(said.get().value().text(), said.get()));
    }
    return new SystemdName(accepts ? name.prefix() + "@.service" : name.plain() + ".service");
  }
}
