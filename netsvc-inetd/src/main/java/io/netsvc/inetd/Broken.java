package io.netsvc.inetd;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** An entry that cannot be served, and what is left of it to tell what it was before. */
sealed interface Broken {

  /** How well a running entry fits as what this one was before, best first. */
  enum Likeness {
    /** The same service at the same hosts. */
    SAME,
    /** The same service. */
    SERVICE,
    /** The same but for hosts and service. */
    REST,
    /** Only on the same line, where nothing else is known. */
    LINE,
    /** No sign that it was. */
    NONE
  }

  /** Returns how likely this was that entry. */
  Likeness to(ServiceSpec running);

  /** An entry that reads well and fails otherwise, such as by its user or a port that is taken. */
  record Checked(ServiceSpec spec) implements Broken {
    @Override
    public Likeness to(ServiceSpec running) {
      if (spec.service().equals(running.service())
          && spec.type() == running.type()
          && spec.protocol().services().equals(running.protocol().services())) {
        return spec.hosts().equals(running.hosts()) ? Likeness.SAME : Likeness.SERVICE;
      }
      return spec.at(running.hosts(), running.service()).sameAs(running)
          ? Likeness.REST
          : Likeness.NONE;
    }
  }

  /** An entry that does not read well: the words up to where it broke. */
  record Text(int line, List<Word> words) implements Broken {
    public Text {
      words = List.copyOf(words);
    }

    @Override
    public Likeness to(ServiceSpec running) {
      if (words.isEmpty()) {
        return line == running.line() ? Likeness.LINE : Likeness.NONE;
      }
      var service = words.getFirst().text();
      if (fits(running)) {
        if (service.equals(running.service()) || service.equals(written(running))) {
          return Likeness.SAME;
        }
        if (service.endsWith(':' + running.service())) {
          return Likeness.SERVICE;
        }
      }
      return readsAs(running) ? Likeness.REST : Likeness.NONE;
    }

    /** Whether type and protocol, where they can be read, are the same. */
    private boolean fits(ServiceSpec running) {
      if (words.size() > Field.TYPE.index()) {
        var type = SpecParser.socketType(words.get(Field.TYPE.index()).text());
        if (type.isPresent() && type.get() != running.type()) {
          return false;
        }
      }
      if (words.size() > Field.PROTOCOL.index()) {
        try {
          var protocol = ProtocolField.parse(words.get(Field.PROTOCOL.index())).protocol();
          return protocol.services().equals(running.protocol().services());
        } catch (Rejected _) {
          return true;
        }
      }
      return true;
    }

    private boolean readsAs(ServiceSpec running) {
      var all = new ArrayList<>(words);
      var first = all.getFirst();
      all.set(0, new Word(written(running), first.line(), first.column()));
      return SpecParser.parse(all).filter(spec -> spec.sameAs(running)).isPresent();
    }

    private static String written(ServiceSpec spec) {
      if (spec.protocol() == Protocol.UNIX) {
        return spec.service();
      }
      var hosts =
          spec.hosts().stream()
              .map(host -> host.indexOf(':') < 0 ? host : '[' + host + ']')
              .collect(Collectors.joining(","));
      return (hosts.isEmpty() ? "*" : hosts) + ':' + spec.service();
    }
  }
}
