package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns a socket unit and its service into a service. */
final class SystemdServices {
  /** Keys of a socket unit that say the same as an attribute here, in the same words. */
  static final Map<String, Attribute<?>> SOCKET =
      Map.ofEntries(
          Map.entry("BindToDevice", Attribute.DEVICE),
          Map.entry("SocketMode", Attribute.SOCKET_MODE),
          Map.entry("KeepAlive", Attribute.KEEP_ALIVE),
          Map.entry("NoDelay", Attribute.NO_DELAY),
          Map.entry("ReusePort", Attribute.REUSE_PORT),
          Map.entry("FreeBind", Attribute.FREE_BIND),
          Map.entry("Transparent", Attribute.TRANSPARENT),
          Map.entry("Mark", Attribute.MARK),
          Map.entry("TCPCongestion", Attribute.CONGESTION),
          Map.entry("DeferAcceptSec", Attribute.DEFER_ACCEPT),
          Map.entry("ReceiveBuffer", Attribute.RECEIVE_BUFFER),
          Map.entry("SendBuffer", Attribute.SEND_BUFFER),
          Map.entry("MaxConnections", Attribute.INSTANCES));

  static final Map<String, Attribute<?>> SERVICE =
      Map.of(
          "UMask", Attribute.UMASK,
          "Nice", Attribute.NICE,
          "NoNewPrivileges", Attribute.NO_NEW_PRIVILEGES,
          "RootDirectory", Attribute.CHROOT,
          "RuntimeMaxSec", Attribute.TIME_LIMIT,
          "TimeoutStopSec", Attribute.STOP_TIME);

  static final Map<String, Limit> LIMITS =
      Map.ofEntries(
          Map.entry("LimitCPU", Limit.CPU),
          Map.entry("LimitFSIZE", Limit.FILE_SIZE),
          Map.entry("LimitDATA", Limit.DATA),
          Map.entry("LimitSTACK", Limit.STACK),
          Map.entry("LimitCORE", Limit.CORE),
          Map.entry("LimitRSS", Limit.RESIDENT),
          Map.entry("LimitNOFILE", Limit.OPEN_FILES),
          Map.entry("LimitAS", Limit.ADDRESS_SPACE),
          Map.entry("LimitNPROC", Limit.PROCESSES),
          Map.entry("LimitMEMLOCK", Limit.LOCKED_MEMORY),
          Map.entry("LimitSIGPENDING", Limit.PENDING_SIGNALS),
          Map.entry("LimitMSGQUEUE", Limit.MESSAGE_QUEUES),
          Map.entry("LimitNICE", Limit.NICE),
          Map.entry("LimitRTPRIO", Limit.REALTIME_PRIORITY),
          Map.entry("LimitRTTIME", Limit.REALTIME));

  /** Sections that are about when a unit starts: kept, and nothing to warn of. */
  private static final Set<String> QUIET = Set.of("Unit", "Install");

  private static final Set<String> NOT_SERVED =
      Set.of("ListenFIFO", "ListenSpecial", "ListenNetlink", "ListenMessageQueue", "ListenUSBFunction");

  private final SystemdUnit socket;
  private final SystemdUnit service;
  private final boolean accepts;
  private final Found found;
  private final List<Listen> listens = new ArrayList<>();
  private final Map<String, String> other = new LinkedHashMap<>();
  private final Map<Limit, Bounds> limits = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private ServiceSpec spec;

  SystemdServices(SystemdUnit socket, SystemdUnit service, boolean accepts, Found found) {
    this.socket = socket;
    this.service = service;
    this.accepts = accepts;
    this.found = found;
    this.spec = ServiceSpec.empty().placed(socket.file(), new Position(1, 1));
  }

  ServiceSpec spec() throws Rejected {
    for (var setting : socket.settings()) {
      if (setting.section().equals("Socket")) {
        socket(setting.key(), setting.value());
      } else {
        keep(socket, setting);
      }
    }
    if (listens.isEmpty()) {
      throw new Rejected(new Position(1, 1), "read no ListenStream= or ListenDatagram= that is served, expected one");
    }
    spec = spec.with(Attribute.ID, socket.name()).with(Attribute.LISTENS, List.copyOf(listens));
    owner();
    rate();
    spec = spec.with(Attribute.WAIT, !accepts);
    for (var setting : service.settings()) {
      if (setting.section().equals("Service")) {
        service(setting);
      } else {
        keep(service, setting);
      }
    }
    exec();
    account();
    fds();
    if (!limits.isEmpty()) {
      spec = spec.with(Attribute.LIMITS, Map.copyOf(limits));
    }
    if (!environment.isEmpty()) {
      spec = spec.with(Attribute.ENVIRONMENT, Map.copyOf(environment));
    }
    return other.isEmpty() ? spec : spec.with(Attribute.OTHER, Map.copyOf(other));
  }

  private void keep(SystemdUnit unit, SystemdUnit.Setting setting) {
    if (!QUIET.contains(setting.section()) && !setting.section().startsWith("X-")) {
      warn(unit, setting.key());
    }
    remember(unit, setting);
  }

  private void remember(SystemdUnit unit, SystemdUnit.Setting setting) {
    var key = (unit.equals(socket) ? "socket." : "service.") + setting.section() + '.' + setting.key().text();
    other.merge(key, setting.value().text(), (first, second) -> first + '\n' + second);
  }

  private void warn(SystemdUnit unit, Word key) {
    found.warning(unit.file(), key.position(), Word.shown(key.text()) + " has no meaning here");
  }

  private <T> void said(Attribute<T> attribute, Word key, Word value) throws Rejected {
    spec = spec.with(attribute, attribute.syntax().read(key, List.of(value)), key.position());
  }

  private void socket(Word key, Word value) throws Rejected {
    var name = key.text();
    if (SOCKET.containsKey(name)) {
      said(SOCKET.get(name), key, value);
      return;
    }
    if (NOT_SERVED.contains(name)) {
      found.warning(socket.file(), key.position(), Word.shown(name) + " is not served");
      remember(socket, new SystemdUnit.Setting("Socket", key, value));
      return;
    }
    switch (name) {
      case "ListenStream" -> listen(SocketType.STREAM, value);
      case "ListenDatagram" -> listen(SocketType.DGRAM, value);
      case "ListenSequentialPacket" -> listen(SocketType.SEQPACKET, value);
      case "Accept", "SocketUser", "SocketGroup", "BindIPv6Only", "TriggerLimitIntervalSec", "TriggerLimitBurst" -> {}
      case "Service" -> remember(socket, new SystemdUnit.Setting("Socket", key, value));
      case "Backlog" -> {
        long backlog = value.text().matches("[0-9]{1,10}") ? Long.parseLong(value.text()) : 0;
        if (backlog < 1) {
          throw value.expected("a number of connections, at least 1");
        }
        spec = spec.with(Attribute.BACKLOG, (int) Math.min(backlog, Integer.MAX_VALUE), key.position());
      }
      case "MaxConnectionsPerSource" -> {
        if (!value.text().equals("0")) {
          said(Attribute.PER_SOURCE, key, value);
        }
      }
      case "FileDescriptorName" -> remember(socket, new SystemdUnit.Setting("Socket", key, value));
      default -> {
        warn(socket, key);
        remember(socket, new SystemdUnit.Setting("Socket", key, value));
      }
    }
  }

  /** A path, an abstract name, a port, or an address and a port. */
  private void listen(SocketType type, Word value) throws Rejected {
    var text = expanded(value, socket);
    boolean tcp = type == SocketType.STREAM;
    if (text.startsWith("/") || text.startsWith("@")) {
      listens.add(new Listen(type, Protocol.UNIX, List.of(), text));
      return;
    }
    if (text.startsWith("vsock:") || type == SocketType.SEQPACKET) {
      found.warning(socket.file(), value.position(), "read " + Word.shown(text) + ", which is not served");
      remember(socket, new SystemdUnit.Setting("Socket", new Word("ListenStream", value.line(), 1), value));
      return;
    }
    var only = socket.last("Socket", "BindIPv6Only").map(Word::text).orElse("default");
    boolean six = only.equals("ipv6-only");
    var place = new Word(text, value.line(), value.column());
    if (Numbers.digits(text)) {
      var service = ServiceField.parse(place, Protocol.TCP, List.of()).service();
      var protocol = tcp ? (six ? Protocol.TCP6 : Protocol.TCP46) : six ? Protocol.UDP6 : Protocol.UDP46;
      listens.add(new Listen(type, protocol, List.of(), service));
      return;
    }
    var field = ServiceField.parse(place, Protocol.TCP, List.of());
    if (field.hosts().size() != 1) {
      throw value.expected("a path, @name, a port, or address:port");
    }
    boolean literalSix = field.hosts().getFirst().indexOf(':') >= 0;
    boolean any = field.hosts().getFirst().equals("::");
    Protocol protocol;
    if (!literalSix) {
      protocol = tcp ? Protocol.TCP4 : Protocol.UDP4;
    } else {
      boolean both = any && !six;
      protocol = tcp ? (both ? Protocol.TCP46 : Protocol.TCP6) : both ? Protocol.UDP46 : Protocol.UDP6;
    }
    listens.add(new Listen(type, protocol, any && literalSix ? List.of() : field.hosts(), field.service()));
  }

  private void owner() {
    var user = socket.last("Socket", "SocketUser");
    var group = socket.last("Socket", "SocketGroup");
    if (user.isPresent() || group.isPresent()) {
      var account = Account.of(user.map(Word::text).orElse(Account.OWN.user()));
      spec =
          spec.with(
              Attribute.SOCKET_OWNER,
              group.isPresent() ? account.withGroup(group.get().text()) : account,
              user.or(() -> group).map(Word::position).orElseThrow());
    }
  }

  private void rate() throws Rejected {
    var burst = socket.last("Socket", "TriggerLimitBurst");
    if (burst.isEmpty() || burst.get().text().equals("0")) {
      return;
    }
    int count = Syntax.number(1, Integer.MAX_VALUE).read(burst.get(), List.of(burst.get()));
    var interval = socket.last("Socket", "TriggerLimitIntervalSec");
    var window =
        interval.isPresent()
            ? Syntaxes.duration().read(interval.get(), List.of(interval.get()))
            : Duration.ofSeconds(2);
    if (window.isPositive()) {
      spec = spec.with(Attribute.RATE, new Rate(count, window, Duration.ZERO), burst.get().position());
    }
  }

  private void service(SystemdUnit.Setting setting) throws Rejected {
    var key = setting.key();
    var value = new Word(expanded(setting.value(), service), setting.value().line(), setting.value().column());
    var name = key.text();
    if (SERVICE.containsKey(name)) {
      if (!value.text().equals("infinity")) {
        said(SERVICE.get(name), key, value);
      }
      return;
    }
    if (LIMITS.containsKey(name)) {
      limits.put(LIMITS.get(name), bounds(value));
      return;
    }
    switch (name) {
      case "ExecStart", "User", "Group", "StandardInput", "StandardOutput", "StandardError" -> {}
      case "SupplementaryGroups" ->
          spec = spec.with(Attribute.GROUPS, SystemdWords.split(value), key.position());
      case "Environment" -> {
        for (var word : SystemdWords.split(value)) {
          int equals = word.indexOf('=');
          if (equals <= 0) {
            throw value.expected("NAME=value");
          }
          environment.put(word.substring(0, equals), word.substring(equals + 1));
        }
      }
      case "PassEnvironment" ->
          spec = spec.with(Attribute.PASS_ENVIRONMENT, SystemdWords.split(value), key.position());
      case "WorkingDirectory" -> {
        var directory = value.text().startsWith("-") ? value.text().substring(1) : value.text();
        spec = spec.with(Attribute.DIRECTORY, directory.equals("~") ? "~/" : directory, key.position());
      }
      case "Type" -> remember(service, setting);
      default -> {
        warn(service, key);
        remember(service, setting);
      }
    }
  }

  private static Bounds bounds(Word value) throws Rejected {
    int colon = value.text().indexOf(':');
    long soft = bound(value, colon < 0 ? value.text() : value.text().substring(0, colon));
    return new Bounds(soft, colon < 0 ? soft : bound(value, value.text().substring(colon + 1)));
  }

  private static long bound(Word value, String text) throws Rejected {
    if (text.equals("infinity")) {
      return Limit.UNLIMITED;
    }
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    return Numbers.size(text).map(Integer::longValue).orElseThrow(() -> value.expected("a number or infinity"));
  }

  /** The program; {@code -} and {@code :} before it change nothing here, {@code @} names it. */
  private void exec() throws Rejected {
    Optional<Word> command = Optional.empty();
    for (var setting : service.settings()) {
      if (setting.section().equals("Service") && setting.key().text().equals("ExecStart")) {
        if (command.isPresent()) {
          throw setting.key().expected("one ExecStart=");
        }
        command = Optional.of(setting.value());
      }
    }
    if (command.isEmpty()) {
      throw new Rejected(new Position(1, 1), "read no ExecStart= in " + Word.shown(service.name()) + ", expected one");
    }
    var value = command.get();
    var words = new ArrayList<>(SystemdWords.split(new Word(expanded(value, service), value.line(), value.column())));
    if (words.isEmpty()) {
      throw value.expected("a program");
    }
    var program = words.getFirst();
    boolean named = false;
    while (!program.isEmpty() && "-:@+!".indexOf(program.charAt(0)) >= 0) {
      if (program.charAt(0) == '+' || program.charAt(0) == '!') {
        found.warning(service.file(), value.position(), "\"" + program.charAt(0) + "\" before a program is not followed");
      }
      named |= program.charAt(0) == '@';
      program = program.substring(1);
    }
    if (!program.startsWith("/") || program.endsWith("/")) {
      throw value.expected("a program's absolute path");
    }
    var argv = new ArrayList<>(words.subList(1, words.size()));
    if (!named) {
      argv.addFirst(program);
    } else if (argv.isEmpty()) {
      throw value.expected("the program's name after its path");
    }
    spec = spec.with(Attribute.PROGRAM, program, value.position());
    spec = spec.with(Attribute.ARGV, List.copyOf(argv), value.position());
  }

  private void account() {
    var user = service.last("Service", "User");
    var group = service.last("Service", "Group");
    if (user.isPresent() || group.isPresent()) {
      var account = Account.of(user.map(Word::text).orElse("root"));
      spec = spec.with(Attribute.USER, group.isPresent() ? account.withGroup(group.get().text()) : account);
    }
  }

  private void fds() {
    boolean stdin = service.last("Service", "StandardInput").filter(w -> w.text().equals("socket")).isPresent();
    if (!stdin) {
      spec = spec.with(Attribute.FDS, Fds.SYSTEMD);
    }
    var stderr = service.last("Service", "StandardError").map(Word::text).orElse("");
    if (stderr.equals("null")) {
      spec = spec.with(Attribute.STDERR, Stderr.NULL);
    } else if (stderr.startsWith("journal") || stderr.startsWith("syslog") || stderr.startsWith("kmsg")) {
      spec = spec.with(Attribute.STDERR, Stderr.LOG);
    }
    if (accepts) {
      spec = spec.with(Attribute.VARIABLES, Variables.SYSTEMD);
    }
  }

  /** The specifiers that do not depend on a running systemd. */
  private static String expanded(Word value, SystemdUnit unit) throws Rejected {
    var text = value.text();
    if (text.indexOf('%') < 0) {
      return text;
    }
    var out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '%' || at == text.length()) {
        out.append(c);
        continue;
      }
      char specifier = text.charAt(at++);
      var name = unit.name();
      var plain = name.substring(0, name.lastIndexOf('.'));
      switch (specifier) {
        case '%' -> out.append('%');
        case 'n' -> out.append(name);
        case 'N' -> out.append(plain);
        case 'p' -> out.append(plain.indexOf('@') < 0 ? plain : plain.substring(0, plain.indexOf('@')));
        case 'i', 'I' -> {}
        case 't' -> out.append("/run");
        case 'S' -> out.append("/var/lib");
        case 'C' -> out.append("/var/cache");
        case 'L' -> out.append("/var/log");
        case 'E' -> out.append("/etc");
        case 'h' -> out.append(System.getProperty("user.home"));
        default -> throw value.expected("a specifier that is known, not %" + specifier);
      }
    }
    return out.toString();
  }
}
