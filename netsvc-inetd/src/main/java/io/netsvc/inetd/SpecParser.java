package io.netsvc.inetd;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns entries into specifications, in the order of the file. */
final class SpecParser {
  private final String file;
  private final List<ServiceSpec> services = new ArrayList<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final List<Broken> broken = new ArrayList<>();
  private @Nullable List<String> defaultHosts = List.of(); // null after a default that cannot be read

  SpecParser(String file) {
    this.file = file;
  }

  List<ServiceSpec> services() {
    return services;
  }

  List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  List<Broken> broken() {
    return broken;
  }

  /** Adds the entry's service and its warnings, or its one error. */
  void accept(Entry entry) {
    if (entry.isEmpty()) {
      return;
    }
    try {
      entry.requireReadable();
      if (!defaultHost(entry)) {
        services.add(spec(entry));
      }
      entry.remarks().forEach(remark -> diagnostics.add(remark.diagnostic(file)));
    } catch (Rejected e) {
      diagnostics.add(e.diagnostic(file));
      broken.add(new Broken.Text(entry.line(), entry.words()));
    }
  }

  /** Returns what words mean by themselves: no default host, and no word on their oddities. */
  static Optional<ServiceSpec> parse(List<Word> words) {
    var entry = new Entry(1);
    words.forEach(entry::add);
    try {
      return Optional.of(new SpecParser("").spec(entry));
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
    var protocol = ProtocolField.parse(entry.word(Field.PROTOCOL));
    if (!protocol.protocol().carries(type)) {
      throw entry
          .word(Field.PROTOCOL)
          .expected("a protocol for " + type.keyword() + " such as " + (type == SocketType.STREAM ? "tcp" : "udp"));
    }
    var service = ServiceField.parse(serviceWord, protocol.protocol(), defaultHosts);
    var wait = WaitField.parse(entry.word(Field.WAIT), entry);
    var user = UserField.parse(entry.word(Field.USER), entry);
    var program = program(entry.word(Field.PROGRAM));
    return new ServiceSpec(
        file,
        serviceWord.line(),
        service.hosts(),
        service.service(),
        type,
        protocol.protocol(),
        wait.waits(),
        wait.maxPerMinute(),
        wait.maxChildren(),
        wait.maxPerMinutePerSource(),
        wait.maxChildrenPerSource(),
        protocol.sendBuffer(),
        protocol.receiveBuffer(),
        user.account(),
        user.user(),
        user.group(),
        program,
        argv(entry, program, service.service()),
        positions(entry.words()));
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

  private static List<String> argv(Entry entry, String program, String service) {
    var words = entry.words();
    if (words.size() > Field.ARGUMENTS.index()) {
      return words.subList(Field.ARGUMENTS.index(), words.size()).stream().map(Word::text).toList();
    }
    return List.of(
        program.equals(ServiceSpec.INTERNAL)
            ? service
            : program.substring(program.lastIndexOf('/') + 1));
  }

  private static Map<Field, Position> positions(List<Word> words) {
    var positions = new EnumMap<Field, Position>(Field.class);
    for (var field : Field.values()) {
      positions.put(field, words.get(Math.min(field.index(), words.size() - 1)).position());
    }
    return positions;
  }
}
