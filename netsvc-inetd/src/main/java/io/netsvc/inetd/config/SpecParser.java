package io.netsvc.inetd.config;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns entries into specifications, in the order of the file. */
final class SpecParser {
  private final String file;
  private final Found found;
  private @Nullable List<String> defaultHosts = List.of(); // null after a default that cannot be read

  private SpecParser(String file, Found found) {
    this.file = file;
    this.found = found;
  }

  /** Reads a text. */
  static void read(String name, String text, Found found) {
    var contents = EntryReader.read(text);
    var parser = new SpecParser(name, found);
    contents.entries().forEach(parser::accept);
    contents.remarks().forEach(remark -> found.warning(name, remark.at(), remark.message()));
    contents.disabled().forEach(found::disabled);
  }

  /** Adds the entry's service and its warnings, or its one error. */
  void accept(Entry entry) {
    if (entry.isEmpty()) {
      return;
    }
    try {
      entry.requireReadable();
      if (!defaultHost(entry)) {
        found.service(spec(entry));
      }
      entry.remarks().forEach(remark -> found.warning(file, remark.at(), remark.message()));
    } catch (Rejected e) {
      found.broken(file, e, new BrokenText(entry.line(), entry.words()));
    }
  }

  /** Returns what words mean by themselves: no default host, and no word on their oddities. */
  static Optional<ServiceSpec> parse(List<Word> words) {
    var entry = new Entry(1);
    words.forEach(entry::add);
    try {
      return Optional.of(new SpecParser("", new Found()).spec(entry));
    } catch (Rejected _) {
      return Optional.empty();
    }
  }

  /** Takes {@code host:} alone on a line, and returns whether the entry was that. */
  private boolean defaultHost(Entry entry) throws Rejected {
    var word = entry.word(Field.SERVICE);
    if (entry.words().size() > 1 || !word.text().endsWith(":")) {
      return false;
    }
    defaultHosts = null;
    defaultHosts = ServiceField.hosts(word, word.text().substring(0, word.text().length() - 1));
    return true;
  }

  private ServiceSpec spec(Entry entry) throws Rejected {
    var serviceWord = entry.word(Field.SERVICE);
    if (serviceWord.text().startsWith(".")) {
      throw serviceWord.unsupported(); // .include
    }
    var typeWord = entry.word(Field.TYPE);
    var type = socketType(typeWord.text()).orElse(null);
    if (type == null) {
      throw switch (typeWord.text()) {
        case "raw", "rdm", "seqpacket" -> typeWord.unsupported();
        default -> typeWord.expected("stream or dgram");
      };
    }
    var protocolWord = entry.word(Field.PROTOCOL);
    var protocol = ProtocolField.parse(protocolWord);
    if (!protocol.protocol().carries(type)) {
      throw protocolWord.expected(
          "a protocol for " + type.keyword() + " such as " + (type == SocketType.STREAM ? "tcp" : "udp"));
    }
    var service = ServiceField.parse(serviceWord, protocol.protocol(), defaultHosts);
    var spec =
        ServiceSpec.empty()
            .placed(file, serviceWord.position())
            .with(
                Attribute.LISTENS,
                List.of(new Listen(type, protocol.protocol(), service.hosts(), service.service())),
                serviceWord.position());
    spec = buffers(spec, protocol, protocolWord);
    spec = WaitField.parse(entry.word(Field.WAIT), entry, spec);
    spec = UserField.parse(entry.word(Field.USER), entry, spec);
    var program = entry.word(Field.PROGRAM);
    spec = spec.with(Attribute.PROGRAM, program(program), program.position());
    return argv(spec, entry);
  }

  private static ServiceSpec buffers(ServiceSpec spec, ProtocolField protocol, Word word) {
    var said = spec;
    if (protocol.sendBuffer().isPresent()) {
      said = said.with(Attribute.SEND_BUFFER, protocol.sendBuffer().get(), word.position());
    }
    return protocol.receiveBuffer().isPresent()
        ? said.with(Attribute.RECEIVE_BUFFER, protocol.receiveBuffer().get(), word.position())
        : said;
  }

  static Optional<SocketType> socketType(String text) {
    return switch (text) {
      case "stream" -> Optional.of(SocketType.STREAM);
      case "dgram" -> Optional.of(SocketType.DGRAM);
      default -> Optional.empty();
    };
  }

  private static String program(Word word) throws Rejected {
    var text = word.text();
    boolean path = (text.startsWith("/") || text.startsWith("~/")) && !text.endsWith("/");
    if (!path && !text.equals(ServiceSpec.INTERNAL)) {
      throw word.expected("an absolute path, ~/ and a path, or internal");
    }
    return text;
  }

  private static ServiceSpec argv(ServiceSpec spec, Entry entry) {
    var words = entry.words();
    int first = Field.ARGUMENTS.index();
    return words.size() <= first
        ? spec
        : spec.with(
            Attribute.ARGV,
            words.subList(first, words.size()).stream().map(Word::text).toList(),
            words.get(first).position());
  }
}
