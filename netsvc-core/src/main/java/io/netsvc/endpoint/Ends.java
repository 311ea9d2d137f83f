package io.netsvc.endpoint;

import io.netsvc.net.AccessRules;
import io.netsvc.net.ConnectOptions;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.ProxyHeader;
import io.netsvc.net.ServiceResolver;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.text.CommandWords;
import io.netsvc.text.NearWords;
import io.netsvc.text.Visible;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes {@link End}s from URIs with options.
 *
 * <ul>
 *   <li>{@code tcp://host:port}, {@code unix:/path}, {@code unix:@abstract}: connects; also as
 *       {@code tcp-connect} and so on, for the place where else a listener would stand
 *   <li>{@code tcp-listen://host:port}, {@code unix-listen:/path}: listens
 *   <li>{@code udp://host:port}; {@code udp-listen://host:port} for whoever sends first
 *   <li>{@code exec:program arguments}, {@code sh:command}: a program on a socket
 *   <li>{@code stdio} or {@code -}, {@code file:/path}, {@code fifo:/path}, {@code fd:3}
 * </ul>
 *
 * <p>Options follow a question mark, as in {@code tcp://host:80?timeout=3&nodelay=no}; a command has
 * none.
 */
public final class Ends {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9-]*):(.*)", Pattern.DOTALL);
  private static final List<String> SCHEMES =
      List.of(
          "tcp", "tcp-connect", "tcp-listen", "udp", "udp-connect", "udp-listen", "unix",
          "unix-connect", "unix-listen", "exec", "sh", "stdio", "file", "fifo", "fd");
  private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(5);

  private final String uri;
  private final ServiceResolver services;

  private Ends(String uri, ServiceResolver services) {
    this.uri = uri;
    this.services = services;
  }

  /**
   * Makes the end that a URI names; nothing is opened yet.
   *
   * @throws IllegalArgumentException in one line that says what was read and what is allowed
   * @throws UnsupportedOperationException if this machine cannot have such an end
   */
  public static End of(String uri) {
    return of(
        uri,
        (_, _) -> {
          throw new IllegalArgumentException("expected a number from 0 to 65535");
        });
  }

  /** As {@link #of(String)}, with ports that may be names of services. */
  public static End of(String uri, ServiceResolver services) {
    return new Ends(uri, Objects.requireNonNull(services, "services")).end();
  }

  /** {@return whether a text has one of the schemes that an end has, or is the short form of stdio} */
  public static boolean isEnd(String text) {
    var matcher = SCHEME.matcher(text);
    return text.equals("-")
        || text.equals("stdio")
        || (matcher.matches() && SCHEMES.contains(matcher.group(1).toLowerCase(Locale.ROOT)));
  }

  private End end() {
    if (uri.equals("-") || uri.equals("stdio")) {
      return new StdioEnd();
    }
    var matcher = SCHEME.matcher(uri);
    boolean known = matcher.matches() && SCHEMES.contains(matcher.group(1).toLowerCase(Locale.ROOT));
    if (!known && matcher.matches() && matcher.group(2).startsWith("//")) {
      var read = matcher.group(1);
      throw new IllegalArgumentException(
          "end \"%s\": scheme: read \"%s\", expected %s%s"
              .formatted(
                  Visible.line(uri),
                  read,
                  String.join(", ", SCHEMES),
                  NearWords.hint(NearWords.of(read, SCHEMES))));
    }
    var scheme = known ? matcher.group(1).toLowerCase(Locale.ROOT) : "tcp";
    var rest = known ? matcher.group(2) : uri;
    return switch (scheme) {
      case "exec" -> exec(words(rest));
      case "sh" -> exec(List.of("/bin/sh", "-c", rest));
      default -> withOptions(scheme, rest);
    };
  }

  private End withOptions(String scheme, String rest) {
    int mark = rest.indexOf('?');
    var place = mark < 0 ? rest : rest.substring(0, mark);
    var options = new EndOptions(uri, mark < 0 ? "" : rest.substring(mark + 1));
    var end =
        switch (scheme) {
          case "tcp", "tcp-connect", "unix", "unix-connect" ->
              connect(endpoint(scheme, place), options);
          case "tcp-listen", "unix-listen" -> listen(endpoint(scheme, place), options);
          case "udp", "udp-connect" -> new DatagramEnd(uri, endpoint("udp", place), false, source(options));
          case "udp-listen" -> new DatagramEnd(uri, endpoint("udp", place), true, Optional.empty());
          case "file" -> file(place, options);
          case "fifo" -> fifo(place, options);
          case "fd" -> new FdEnd(fd(place));
          default -> throw new AssertionError(scheme);
        };
    options.done();
    return end;
  }

  private Endpoint endpoint(String scheme, String place) {
    var kind = scheme.replaceFirst("-.*", "");
    var rest = kind.equals("unix") || place.startsWith("//") ? place : "//" + place;
    return Endpoint.parse(kind + ":" + rest, services);
  }

  private End connect(Endpoint place, EndOptions options) {
    var source = source(options);
    var timeout = options.seconds("timeout");
    var retries = options.number("retry", 0, 1000);
    var interval = options.seconds("interval");
    var device = options.text("device");
    boolean noDelay = options.flag("nodelay", true);
    boolean keepAlive = options.flag("keepalive", false);
    var header = options.text("proxy-protocol").map(version -> version(version, options));
    var connector =
        Connector.of(
            o -> {
              ConnectOptions all = o;
              all = timeout.isPresent() ? all.withTimeout(timeout.get()) : all;
              all = source.isPresent() ? all.withSource(source.get()) : all;
              all =
                  retries.isPresent()
                      ? all.withRetries(retries.getAsInt(), interval.orElse(Duration.ofSeconds(1)))
                      : all;
              all = device.isPresent() ? all.withDevice(device.get()) : all;
              all = noDelay ? all : all.withNoDelay(false);
              return keepAlive ? all.withKeepAlive(true) : all;
            });
    return new ConnectEnd(uri, connector, address(place), header);
  }

  private static ProxyHeader.Version version(String text, EndOptions options) {
    return switch (text) {
      case "v1" -> ProxyHeader.Version.V1;
      case "v2", "yes" -> ProxyHeader.Version.V2;
      default -> throw options.wrong("proxy-protocol", text, "expected v1 or v2");
    };
  }

  private static SocketAddress address(Endpoint place) {
    return place.scheme().isUnix()
        ? UnixDomainSocketAddress.of(place.path())
        : InetSocketAddress.createUnresolved(
            place.host().isEmpty() ? "localhost" : place.host(), place.port());
  }

  /** An address to connect from: a literal, with a port or without. */
  private static Optional<SocketAddress> source(EndOptions options) {
    return options
        .text("source")
        .map(
            text -> {
              try {
                boolean bare = text.indexOf(':') < 0 || (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("["));
                if (bare) {
                  return new InetSocketAddress(InetAddress.ofLiteral(text), 0);
                }
                var place = Endpoint.parse(text);
                return new InetSocketAddress(InetAddress.ofLiteral(place.host()), place.port());
              } catch (IllegalArgumentException e) {
                throw options.wrong("source", text, "expected an address, with or without a port");
              }
            });
  }

  private End listen(Endpoint place, EndOptions options) {
    var backlog = options.number("backlog", 1, Integer.MAX_VALUE);
    var most = options.number("max", 1, Integer.MAX_VALUE);
    boolean reusePort = options.flag("reuseport", false);
    var device = options.text("device");
    var mode = options.text("mode");
    var access = access(options);
    boolean proxied = options.flag("proxy-protocol", false);
    return new ListenEnd(
        uri,
        place,
        o -> {
          ListenOptions all = o.withAccess(access).withReusePort(reusePort);
          all = backlog.isPresent() ? all.withBacklog(backlog.getAsInt()) : all;
          all = most.isPresent() ? all.withMaxConnections(most.getAsInt()) : all;
          all = device.isPresent() ? all.withDevice(device.get()) : all;
          return mode.isPresent() ? all.withUnixMode(octal(mode.get(), options)) : all;
        },
        proxied ? Optional.of(HEADER_TIMEOUT) : Optional.empty());
  }

  private static AccessRules access(EndOptions options) {
    var rules = AccessRules.anyone();
    for (var network : options.all("allow")) {
      rules = rules.allow(network);
    }
    for (var network : options.all("deny")) {
      rules = rules.deny(network);
    }
    return rules;
  }

  private static int octal(String text, EndOptions options) {
    try {
      int mode = Integer.parseInt(text, 8);
      if (mode >= 0 && mode <= 0777) {
        return mode;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw options.wrong("mode", text, "expected 0 to 777, octal");
  }

  /** Read from its beginning, unless it is written. */
  private End file(String place, EndOptions options) {
    boolean append = options.flag("append", false);
    boolean writes = options.flag("write", false) || append;
    Set<OpenOption> writing =
        !writes
            ? Set.of()
            : Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    return new FileEnd(uri, path(place, options), !writes, writing);
  }

  private End fifo(String place, EndOptions options) {
    boolean writes = options.flag("write", false);
    return new FileEnd(
        uri, path(place, options), !writes, writes ? Set.of(StandardOpenOption.WRITE) : Set.of());
  }

  private static Path path(String place, EndOptions options) {
    var path = place.startsWith("///") ? place.substring(2) : place;
    try {
      if (path.isEmpty() || path.startsWith("//")) {
        throw options.wrong("path", place, "expected a path");
      }
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw options.wrong("path", place, e.getReason());
    }
  }

  private int fd(String text) {
    if (text.matches("[0-9]{1,9}")) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(
        "end \"%s\": fd: read \"%s\", expected a number".formatted(Visible.line(uri), Visible.line(text)));
  }

  private List<String> words(String command) {
    try {
      var words = CommandWords.of(command);
      if (!words.isEmpty()) {
        return words;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("end \"%s\": %s".formatted(Visible.line(uri), e.getMessage()), e);
    }
    throw new IllegalArgumentException("end \"%s\": expected a program".formatted(Visible.line(uri)));
  }

  private End exec(List<String> command) {
    var path = System.getenv("PATH");
    var program = command.getFirst();
    try {
      return new ExecEnd(
          uri,
          ProcessSpawner.of(
              program.indexOf('/') >= 0 ? Path.of(program).toAbsolutePath() : Path.of(program),
              o ->
                  o.withSearchPath(path == null ? "/usr/bin:/bin" : path)
                      .withArguments(command)
                      .withEnvironment(System.getenv())
                      .withDirectory(Path.of("").toAbsolutePath())
                      .withSharedSession()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("end \"%s\": %s".formatted(Visible.line(uri), e.getMessage()), e);
    }
  }
}
