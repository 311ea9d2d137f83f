package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that can be said of a service: the key of a value in a {@link ServiceSpec}. One that is
 * not said has the default given here. The key's name is also what a {@code key = value} definition
 * calls it.
 *
 * @param <T> what its values are
 */
public final class Attribute<T> {
  private static final List<Attribute<?>> ALL = new ArrayList<>();

  /** A name for logs and status that no other service has. Default: service and protocol. */
  public static final Attribute<String> ID = of("id", Syntax.word("a name"));

  /** The label of the section that Debian's update-inetd(8) keeps the entry in. */
  public static final Attribute<String> SECTION = of("section", Syntax.word("a label"));

  /** Where the service is to be had: one place, and with systemd's units any number. */
  public static final Attribute<List<Listen>> LISTENS = of("listen", new ListenSyntax());

  /** The RPC program that it is; its port is then any. */
  public static final Attribute<Rpc> RPC = of("rpc", Syntaxes.rpc());

  /** That it is had by its name from the port multiplexer; it then listens nowhere itself. */
  public static final Attribute<Tcpmux> TCPMUX = of("tcpmux", Syntaxes.tcpmux());

  /** How many connections may wait to be accepted. Default: 4096. */
  public static final Attribute<Integer> BACKLOG =
      of("backlog", Syntax.number(1, Integer.MAX_VALUE));

  /** The socket's send buffer in bytes, SO_SNDBUF. */
  public static final Attribute<Integer> SEND_BUFFER = of("sndbuf", Syntax.size());

  /** The socket's receive buffer in bytes, SO_RCVBUF. */
  public static final Attribute<Integer> RECEIVE_BUFFER = of("recvbuf", Syntax.size());

  /** TCP_NODELAY. */
  public static final Attribute<Boolean> NO_DELAY = of("nodelay", Syntax.yesNo());

  /** SO_KEEPALIVE. */
  public static final Attribute<Boolean> KEEP_ALIVE = of("keepalive", Syntax.yesNo());

  /** SO_REUSEPORT. */
  public static final Attribute<Boolean> REUSE_PORT = of("reuse_port", Syntax.yesNo());

  /** SO_BINDTODEVICE. */
  public static final Attribute<String> DEVICE = of("device", Syntax.word("an interface"));

  /** IP_FREEBIND. */
  public static final Attribute<Boolean> FREE_BIND = of("free_bind", Syntax.yesNo());

  /** IP_TRANSPARENT. */
  public static final Attribute<Boolean> TRANSPARENT = of("transparent", Syntax.yesNo());

  /** SO_MARK. */
  public static final Attribute<Integer> MARK = of("mark", Syntax.number(0, Integer.MAX_VALUE));

  /** TCP_DEFER_ACCEPT. */
  public static final Attribute<Duration> DEFER_ACCEPT = of("defer_accept", Syntaxes.duration());

  /** TCP_CONGESTION. */
  public static final Attribute<String> CONGESTION =
      of("congestion", Syntax.word("an algorithm such as bbr"));

  /** Whom the file of a Unix socket belongs to. Default: the server's user. */
  public static final Attribute<Account> SOCKET_OWNER = of("socket_owner", Syntaxes.account());

  /** The mode of the file of a Unix socket. Default: 0666, as the server's umask leaves it. */
  public static final Attribute<Integer> SOCKET_MODE = of("socket_mode", Syntax.octal(0777));

  /**
   * Whether the program gets the listening socket itself, and the server waits for its end. Always
   * so with datagrams. Default: no.
   */
  public static final Attribute<Boolean> WAIT = of("wait", Syntax.yesNo());

  /**
   * Whether the program runs all the time: started with the server, and again whenever it ends.
   * Default: no, it is started by a client.
   */
  public static final Attribute<Boolean> KEEP = of("keep", Syntax.yesNo());

  /**
   * A path that begins with {@code /} or {@code ~/}; {@code internal} for what the server itself
   * performs.
   */
  public static final Attribute<String> PROGRAM = of("exec", Syntax.word("a program"));

  /**
   * The arguments from the program's name on. Default: the last name of the program; for an internal
   * service the name of the service.
   */
  public static final Attribute<List<String>> ARGV = of("args", Syntax.words());

  /** Where connections are relayed to, instead of a program: host and port, or a Unix path. */
  public static final Attribute<String> REDIRECT =
      of("redirect", Syntax.word("host:port or unix:/path"));

  /** Whom the program runs as. Default: the server's own user. */
  public static final Attribute<Account> USER = of("user", Syntaxes.account());

  /** The login class of BSD, which has no meaning here. */
  public static final Attribute<String> LOGIN_CLASS = of("login_class", Syntax.word("a class"));

  /** Whether the program has the supplementary groups of its user. Default: yes. */
  public static final Attribute<Boolean> INIT_GROUPS = of("groups", Syntax.yesNo());

  /** Supplementary groups beside the user's. */
  public static final Attribute<List<String>> GROUPS = of("extra_groups", Syntax.words());

  /** What a program finds at which fd. Default: {@link Fds#INETD}. */
  public static final Attribute<Fds> FDS = of("fds", Syntax.constant(Fds.class));

  /** What a program learns of its client from its environment. Default: {@link Variables#NONE}. */
  public static final Attribute<Variables> VARIABLES =
      of("variables", Syntax.constant(Variables.class));

  /** Environment variables beside those of login(1). */
  public static final Attribute<Map<String, String>> ENVIRONMENT =
      of("env", Syntaxes.environment());

  /** The names of variables that are passed on from the server's own environment. Default: none. */
  public static final Attribute<List<String>> PASS_ENVIRONMENT = of("passenv", Syntax.words());

  /** The working directory. Default: {@code /}. */
  public static final Attribute<String> DIRECTORY = of("directory", Syntax.word("a directory"));

  /** The file mode mask. Default: 022. */
  public static final Attribute<Integer> UMASK = of("umask", Syntax.octal(0777));

  /** The nice value. Default: the server's. */
  public static final Attribute<Integer> NICE = of("nice", Syntax.number(-20, 19));

  /** Resource limits. Default: the server's, but a soft limit of 1024 open files. */
  public static final Attribute<Map<Limit, Bounds>> LIMITS = of("limits", Syntaxes.limits());

  /** The root directory. Default: the server's. */
  public static final Attribute<String> CHROOT = of("chroot", Syntax.path());

  /** Whether set-user-ID programs give nothing. Default: no. */
  public static final Attribute<Boolean> NO_NEW_PRIVILEGES =
      of("no_new_privileges", Syntax.yesNo());

  /** How long a program may run before it is ended. Default: for ever. */
  public static final Attribute<Duration> TIME_LIMIT = of("time_limit", Syntaxes.duration());

  /** How long a program may take to end after SIGTERM before it gets SIGKILL. Default: 5 s. */
  public static final Attribute<Duration> STOP_TIME = of("stop_time", Syntaxes.duration());

  /** Where fd 2 goes. Default: {@link Stderr#CLIENT}. */
  public static final Attribute<Stderr> STDERR = of("stderr", Syntax.constant(Stderr.class));

  /** A file that each client gets first. */
  public static final Attribute<String> BANNER = of("banner", Syntax.path());

  /** A file that each client gets that is served, after {@link #BANNER}. */
  public static final Attribute<String> BANNER_SUCCESS = of("banner_success", Syntax.path());

  /** A file that each client gets that is refused, after {@link #BANNER}. */
  public static final Attribute<String> BANNER_FAIL = of("banner_fail", Syntax.path());

  /** Which clients may come: addresses, networks, names and domains. Default: all. */
  public static final Attribute<List<String>> ONLY_FROM = of("only_from", Syntax.words());

  /** Which clients may not, unless {@link #ONLY_FROM} has them more precisely. Default: none. */
  public static final Attribute<List<String>> NO_ACCESS = of("no_access", Syntax.words());

  /** When clients may come, {@code hh:mm-hh:mm} each. Default: always. */
  public static final Attribute<List<String>> ACCESS_TIMES = of("access_times", Syntax.words());

  /** The daemon's name in hosts.allow and hosts.deny, which then decide too. */
  public static final Attribute<String> WRAPPERS = of("wrappers", Syntax.word("a daemon's name"));

  /** How many may run at once; clients wait meanwhile. Default: any number. */
  public static final Attribute<Integer> INSTANCES =
      of("instances", Syntax.number(0, Integer.MAX_VALUE));

  /** How many may run at once for one client address. Default: any number. */
  public static final Attribute<Integer> PER_SOURCE =
      of("per_source", Syntax.number(0, Integer.MAX_VALUE));

  /** How often it may start; clients wait meanwhile. Default: any number. */
  public static final Attribute<Rate> RATE = of("rate", Syntaxes.rate());

  /** How often it may start for one client address. Default: any number. */
  public static final Attribute<Rate> SOURCE_RATE = of("source_rate", Syntaxes.rate());

  /** The load average of a minute above which nobody is served, in hundredths. Default: none. */
  public static final Attribute<Integer> MAX_LOAD = of("max_load", new LoadSyntax());

  /** That whoever asks for this is refused everywhere for this long; zero for ever. */
  public static final Attribute<Duration> DENY_TIME = of("deny_time", Syntaxes.duration());

  /** Where logs go: kept, and not acted upon. */
  public static final Attribute<List<String>> LOG_TYPE = of("log_type", Syntax.words());

  /** What is logged of a client that is served: kept, and not acted upon. */
  public static final Attribute<List<String>> LOG_SUCCESS = of("log_on_success", Syntax.words());

  /** What is logged of a client that is refused: kept, and not acted upon. */
  public static final Attribute<List<String>> LOG_FAILURE = of("log_on_failure", Syntax.words());

  /** What one dialect says and has no meaning here, by its key there; kept so that it is not lost. */
  public static final Attribute<Map<String, String>> OTHER = of("other", Syntaxes.environment());

  private final String key;
  private final Syntax<T> syntax;
  private final int order;

  private Attribute(String key, Syntax<T> syntax, int order) {
    this.key = key;
    this.syntax = syntax;
    this.order = order;
  }

  private static <T> Attribute<T> of(String key, Syntax<T> syntax) {
    var attribute = new Attribute<>(key, syntax, ALL.size());
    ALL.add(attribute);
    return attribute;
  }

  /** {@return all attributes, in a fixed order} */
  public static List<Attribute<?>> all() {
    return List.copyOf(ALL);
  }

  /** {@return the attribute of that key} */
  static Optional<Attribute<?>> named(String key) {
    for (var attribute : ALL) {
      if (attribute.key.equals(key)) {
        return Optional.of(attribute);
      }
    }
    return Optional.empty();
  }

  Syntax<T> syntax() {
    return syntax;
  }

  /** {@return its place in {@link #all}} */
  int order() {
    return order;
  }

  /** {@return the attribute's name} */
  public String key() {
    return key;
  }

  /** {@return the attribute's name} */
  @Override
  public String toString() {
    return key;
  }
}
