package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;

/** A positional entry that does not read well: the words up to where it broke. */
record BrokenText(int line, List<Word> words) implements BrokenEntry {
  BrokenText {
    words = List.copyOf(words);
  }

  /** Whether there may be entries in it of which nothing is known: it is no text, or an include. */
  boolean hidesOthers() {
    return words.stream().anyMatch(word -> word.text().indexOf('\ufffd') >= 0)
        || (!words.isEmpty() && words.getFirst().text().equals(".include"));
  }

  @Override
  public Likeness to(ServiceSpec running) {
    if (words.isEmpty()) {
      return line == running.line() ? Likeness.LINE : Likeness.NONE;
    }
    if (running.listens().isEmpty()) {
      return words.getFirst().text().equals(running.name()) ? Likeness.SAME : Likeness.NONE;
    }
    var listen = running.listens().getFirst();
    var service = words.getFirst().text();
    if (fits(listen)) {
      if (service.equals(listen.service()) || service.equals(written(listen))) {
        return Likeness.SAME;
      }
      if (service.endsWith(':' + listen.service())) {
        return Likeness.SERVICE;
      }
    }
    return readsAs(running, listen) ? Likeness.REST : Likeness.NONE;
  }

  /** Whether type and protocol, where they can be read, are the same. */
  private boolean fits(Listen running) {
    if (words.size() > Field.TYPE.index()) {
      var type = SocketType.of(words.get(Field.TYPE.index()).text());
      if (type.isPresent() && type.get() != running.type()) {
        return false;
      }
    }
    if (words.size() > Field.PROTOCOL.index()) {
      try {
        var protocol = ProtocolField.parse(words.get(Field.PROTOCOL.index()), Rules.ALL, new Entry(1, "")).protocol();
        return protocol.services().equals(running.protocol().services());
      } catch (Rejected _) {
        return true;
      }
    }
    return true;
  }

  private boolean readsAs(ServiceSpec running, Listen listen) {
    var all = new ArrayList<>(words);
    var first = all.getFirst();
    all.set(0, new Word(written(listen), first.line(), first.column()));
    return SpecParser.parse("", all, Rules.ALL).filter(running::sameAs).isPresent();
  }

  private static String written(Listen listen) {
    var text = ServiceField.text(listen.hosts(), listen.service());
    return listen.protocol() == Protocol.UNIX || !listen.hosts().isEmpty() ? text : "*:" + text;
  }
}
