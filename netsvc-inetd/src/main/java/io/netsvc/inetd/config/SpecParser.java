package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the entries of an inetd.conf into services, in the order of the file. */
final class SpecParser {
  private final String file;
  private final Rules rules;
  private final Includes includes;
  private final Found found;
  private @Nullable List<String> defaultHosts; // null after a default that cannot be read

  private SpecParser(
      String file,
      Rules rules,
      Includes includes,
      Found found,
      @Nullable List<String> defaultHosts) {
    this.file = file;
    this.rules = rules;
    this.includes = includes;
    this.found = found;
    this.defaultHosts = defaultHosts;
  }

  /** Reads a text. */
  static void read(String name, String text, Rules rules, Includes includes, Found found) {
    new SpecParser(name, rules, includes, found, List.of()).read(text);
  }

  private void read(String text) {
    var contents = EntryReader.read(file, text, rules);
    for (var item : contents.items()) {
      switch (item) {
        case Entry entry -> accept(entry);
        case DefinitionReader.Result definition -> accept(definition);
      }
    }
    contents.remarks().forEach(remark -> found.warning(file, remark.at(), remark.message()));
    contents.off().forEach(off -> found.disabled(disabled(off)));
  }

  /** Adds the entry's service and its warnings, or its one error. */
  private void accept(Entry entry) {
    if (entry.isEmpty()) {
      return;
    }
    try {
      entry.requireReadable();
      if (!defaultHost(entry) && !include(entry)) {
        var spec = spec(entry);
        found.service(spec);
        waits(spec, entry.word(Field.WAIT).text(), "wait");
      }
      entry.remarks().forEach(remark -> found.warning(file, remark.at(), remark.message()));
    } catch (Rejected e) {
      found.broken(file, e, new BrokenText(entry.line(), entry.words()));
    }
  }

  private void accept(DefinitionReader.Result read) {
    var definition = read.definition();
    try {
      if (read.failure().isPresent()) {
        throw read.failure().get();
      }
      if (defaultHosts == null) {
        throw definition.service().expected("no broken default host above");
      }
      var spec = definition.spec(defaultHosts, rules);
      if (definition.isOff()) {
        found.disabled(
            new DisabledEntry(
                definition.service().position(), "", definition.service().text(), Optional.of(spec)));
      } else {
        found.service(spec);
        waits(spec, "no", "yes");
      }
    } catch (Rejected e) {
      var words = List.of(definition.service());
      found.broken(file, e, new BrokenText(definition.service().line(), words));
    }
  }

  /** Warns of datagrams that are not to wait: unless another server's word for it is told already. */
  private void waits(ServiceSpec spec, String read, String expected) {
    boolean program = spec.get(Attribute.PROGRAM).isPresent() && !spec.internal();
    if (program && spec.isDatagram() && !spec.waits() && read.startsWith("no")) {
      found.warning(
          file,
          spec.position(Attribute.WAIT),
          "read " + Word.shown(read) + ", expected " + expected + " for dgram: it is served as wait");
    }
  }

  private DisabledEntry disabled(EntryReader.Off off) {
    var words = new ArrayList<Word>();
    for (var item : EntryReader.read(file, off.text(), rules).items()) {
      if (item instanceof Entry entry) {
        entry.words().forEach(word -> words.add(at(off.position(), word)));
      }
    }
    var service = parse(file, words, rules);
    return new DisabledEntry(
        off.position(),
        off.section(),
        off.text(),
        off.section().isEmpty()
            ? service
            : service.map(spec -> spec.with(Attribute.SECTION, off.section())));
  }

  /** Returns a word of a text that begins elsewhere. */
  private static Word at(Position begin, Word word) {
    return new Word(word.text(), begin.line(), begin.column() + word.column() - 1);
  }

  /** Returns what words mean by themselves: no default host, and no word on their oddities. */
  static Optional<ServiceSpec> parse(String file, List<Word> words, Rules rules) {
    var entry = new Entry(1, "");
    words.forEach(entry::add);
    try {
      return Optional.of(
          new SpecParser(file, rules, new Includes(), new Found(), List.of()).spec(entry));
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
    rules.require(Rules.Has.HOSTS, word);
    defaultHosts = null;
    defaultHosts = ServiceField.hosts(word, word.text().substring(0, word.text().length() - 1));
    return true;
  }

  /** Reads the files of {@code .include glob}, and returns whether the entry was that. */
  private boolean include(Entry entry) throws Rejected {
    var word = entry.word(Field.SERVICE);
    if (!word.text().equals(".include")) {
      if (word.text().startsWith(".")) {
        throw word.expected(".include and a file");
      }
      return false;
    }
    rules.require(Rules.Has.DEFINITIONS, word);
    if (entry.words().size() != 2) {
      throw word.expected("one file or pattern after .include");
    }
    var pattern = entry.words().get(1);
    var files = files(pattern);
    if (files.isEmpty()) {
      found.warning(file, pattern.position(), "read " + Word.shown(pattern.text()) + ", which no file has");
    }
    for (var each : files) {
      includes.include(
          each,
          pattern.position(),
          (name, text) -> new SpecParser(name, rules, includes, found, defaultHosts).read(text));
    }
    return true;
  }

  /** Returns the files of a pattern in the order of their names. */
  private List<Path> files(Word word) throws Rejected {
    try {
      var path = Path.of(file).toAbsolutePath().resolveSibling(word.text());
      var name = String.valueOf(path.getFileName());
      var directory = path.getParent();
      if (directory == null || name.chars().noneMatch(c -> c == '*' || c == '?' || c == '[')) {
        return List.of(path);
      }
      var files = new ArrayList<Path>();
      try (DirectoryStream<Path> matching = Files.newDirectoryStream(directory, name)) {
        matching.forEach(files::add);
      }
      files.removeIf(Files::isDirectory);
      files.sort(null);
      return files;
    } catch (IOException | InvalidPathException | java.util.regex.PatternSyntaxException e) {
      throw word.expected("a file, or a pattern of files in a directory that can be read");
    }
  }

  private ServiceSpec spec(Entry entry) throws Rejected {
    var serviceWord = entry.word(Field.SERVICE);
    var typeWord = entry.word(Field.TYPE);
    var plainType = new Word(typeWord.text().split("[,:]", 2)[0], typeWord.line(), typeWord.column());
    var type = type(plainType);
    var protocolWord = entry.word(Field.PROTOCOL);
    var protocol = ProtocolField.parse(protocolWord, rules, entry);
    if (!protocol.protocol().carries(type)) {
      throw protocolWord.expected(
          "a protocol for " + type.keyword() + " such as " + (type == SocketType.STREAM ? "tcp" : "udp"));
    }
    var spec = ServiceSpec.empty().placed(file, serviceWord.position());
    if (!entry.section().isEmpty()) {
      spec = spec.with(Attribute.SECTION, entry.section());
    }
    spec = service(spec, serviceWord, type, protocol);
    spec = typeSuffix(spec, typeWord, plainType, entry);
    spec = buffers(spec, protocol, protocolWord);
    spec = WaitField.parse(entry.word(Field.WAIT), entry, spec, rules);
    spec = UserField.parse(entry.word(Field.USER), entry, spec, rules);
    var program = entry.word(Field.PROGRAM);
    spec = spec.with(Attribute.PROGRAM, program(program, entry), program.position());
    return argv(spec, entry);
  }

  private ServiceSpec service(
      ServiceSpec spec, Word word, SocketType type, ProtocolField protocol) throws Rejected {
    var at = word.position();
    int mux = word.text().indexOf("tcpmux/");
    if (mux >= 0 && (mux == 0 || word.text().charAt(mux - 1) == ':')) {
      rules.require(Rules.Has.TCPMUX, word);
      var muxed =
          Syntaxes.tcpmux(word.text().substring(mux))
              .orElseThrow(() -> word.expected("tcpmux/name or tcpmux/+name"));
      return spec.with(Attribute.TCPMUX, muxed, at);
    }
    if (protocol.rpc()) {
      int colon = word.text().lastIndexOf(':');
      var rpc =
          Syntaxes.rpc(word.text().substring(colon + 1))
              .orElseThrow(() -> word.expected("a program and its versions such as rstatd/1-3"));
      var hosts =
          colon < 0 ? List.<String>of() : ServiceField.hosts(word, word.text().substring(0, colon));
      return spec.with(Attribute.RPC, rpc, at)
          .with(Attribute.LISTENS, List.of(new Listen(type, protocol.protocol(), hosts, rpc.program())), at);
    }
    var place = word;
    var said = spec;
    if (protocol.protocol() == Protocol.UNIX && word.text().startsWith(":")) {
      var parts = word.text().split(":", 5); // FreeBSD's :user:group:mode:path
      if (parts.length == 5 && parts[4].startsWith("/")) {
        place = new Word(parts[4], word.line(), word.column() + word.text().length() - parts[4].length());
        said = said.with(Attribute.SOCKET_OWNER, Account.of(parts[1], parts[2]), at);
        said =
            said.with(
                Attribute.SOCKET_MODE,
                Syntax.octal(0777).read(word, List.of(new Word(parts[3], word.line(), word.column()))),
                at);
      }
    }
    var field = ServiceField.parse(place, protocol.protocol(), defaultHosts);
    if (!field.hosts().isEmpty() && word.text().indexOf(':') >= 0) {
      rules.require(Rules.Has.HOSTS, word);
    }
    if (Numbers.digits(field.service())) {
      rules.require(Rules.Has.NUMBERS, word);
    }
    return said.with(
        Attribute.LISTENS,
        List.of(new Listen(type, protocol.protocol(), field.hosts(), field.service())),
        at);
  }

  /** {@code stream,2} is NetBSD's accept_max, {@code stream:filter} its accept filter. */
  private static ServiceSpec typeSuffix(ServiceSpec spec, Word word, Word plain, Entry entry)
      throws Rejected {
    var text = word.text();
    if (text.length() == plain.text().length()) {
      return spec;
    }
    var rest = text.substring(plain.text().length() + 1);
    if (text.charAt(plain.text().length()) == ',') {
      var most = Numbers.parse(rest);
      if (most.isEmpty() || most.getAsInt() == 0) {
        throw word.expected("a number of connections after " + plain.text() + ", at least 1");
      }
      return spec.with(Attribute.INSTANCES, most.getAsInt(), word.position());
    }
    entry.remark(word.position(), "the accept filter " + Word.shown(rest) + " is ignored");
    return spec.with(Attribute.OTHER, Map.of("acceptfilter", rest), word.position());
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

  /** Returns the socket type of a word. */
  static SocketType type(Word word) throws Rejected {
    var type = SocketType.of(word.text());
    if (type.isPresent()) {
      return type.get();
    }
    throw switch (word.text()) {
      case "raw", "rdm" -> word.expected("stream or dgram: such sockets are not served");
      default -> word.expected("stream or dgram");
    };
  }

  private String program(Word word, Entry entry) throws Rejected {
    var text = word.text();
    boolean path = (text.startsWith("/") || text.startsWith("~/")) && !text.endsWith("/");
    if (!path && text.indexOf('/') >= 0) {
      throw word.expected("an absolute path, ~/ and a path, a name to look for in PATH, or internal");
    }
    if (!path && !text.equals(ServiceSpec.INTERNAL)) {
      entry.remark(
          word.position(),
          rules.have(Rules.Has.SEARCH)
              ? "read " + Word.shown(text) + ", which is looked for in PATH; expected an absolute path"
              : "read " + Word.shown(text) + ", which " + rules.server() + " cannot start; expected an absolute path");
    }
    return text;
  }

  private ServiceSpec argv(ServiceSpec spec, Entry entry) {
    var words = entry.words();
    int first = Field.ARGUMENTS.index();
    if (words.size() > first) {
      return spec.with(
          Attribute.ARGV,
          words.subList(first, words.size()).stream().map(Word::text).toList(),
          words.get(first).position());
    }
    return rules.have(Rules.Has.WHOLE_NAME) && !spec.internal()
        ? spec.with(Attribute.ARGV, List.of(spec.get(Attribute.PROGRAM).orElse("")))
        : spec;
  }
}
