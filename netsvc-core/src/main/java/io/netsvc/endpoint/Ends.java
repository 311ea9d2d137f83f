package io.netsvc.endpoint;

import io.netsvc.net.Endpoint;
import io.netsvc.net.ServiceResolver;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnOptions;
import io.netsvc.text.CommandWords;
import io.netsvc.text.NearWords;
import io.netsvc.text.Visible;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Makes {@link End}s from URIs with options.
 *
 * <ul>
 *   <li>{@code tcp://host:port}, {@code unix:/path}, {@code unix:@abstract}: connects; also as
 *       {@code tcp-connect} and so on, for the place where else a listener would stand
 *   <li>{@code tcp-listen://host:port}, {@code unix-listen:/path}: listens
 *   <li>{@code tls://host:port}, {@code tls-listen://host:port}: the same with TLS; options {@code
 *       ca}, {@code cert} and {@code key} (PEM files), {@code alpn}, {@code sni}, {@code verify=no},
 *       {@code client-cert=required}
 *   <li>{@code socks-listen://host:port}, {@code connect-listen://host:port}: a proxy's end, whose
 *       clients say where to; {@code sni-listen://host:port}, whose clients are routed by the name in
 *       their TLS greeting, as in {@code ?route=a.example.org,10.0.0.1:443&default=10.0.0.2:443}
 *   <li>{@code udp://host:port}; {@code udp-listen://host:port}, which has a connection for each
 *       peer that sends there; options {@code tos}, {@code ttl}, {@code broadcast}, {@code debug} (Linux)
 *   <li>{@code unix-seqpacket:/path}, {@code unix-seqpacket-listen:/path}: messages over connections;
 *       {@code unix-dgram:/path}; {@code unix-dgram-listen:/path} for whoever sends first
 *   <li>{@code exec:program arguments}, {@code sh:command}: a program on a socket; {@code
 *       exec-pipes:program arguments}, {@code sh-pipes:command}: on two pipes, so that each direction
 *       ends by itself; {@code pty:program arguments}: on a terminal of its own, which has no
 *       half-close: the end of its input is a ^D that is typed
 *   <li>{@code stdio} or {@code -}, {@code file:/path}, {@code fifo:/path}, {@code fd:3}
 * </ul>
 *
 * <p>Options follow a question mark, as in {@code tcp://host:80?timeout=3&nodelay=no}; a command has
 * none.
 */
public final class Ends {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9-]*):(.*)", Pattern.DOTALL);
  private static final Pattern COMMAND = Pattern.compile("(exec|exec-pipes|sh|sh-pipes|pty):", Pattern.CASE_INSENSITIVE);
  private static final List<String> SCHEMES =
      List.of(
          "tcp", "tcp-connect", "tcp-listen", "tls", "tls-connect", "tls-listen", "udp", "udp-connect", "udp-listen", "unix",
          "unix-connect", "unix-listen", "unix-seqpacket", "unix-seqpacket-connect", "unix-seqpacket-listen",
          "unix-dgram", "unix-dgram-connect", "unix-dgram-listen", "socks-listen", "connect-listen", "sni-listen", "exec", "exec-pipes", "sh", "sh-pipes",
          "pty", "stdio", "file", "fifo", "fd");

  private final String uri;
  private final String name; // without the options, for they may hold a password
  private final ServiceResolver services;

  private Ends(String uri, ServiceResolver services) {
    int mark = uri.indexOf('?');
    this.uri = uri;
    this.name = mark < 0 || COMMAND.matcher(uri).lookingAt() ? uri : uri.substring(0, mark);
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
                  Visible.line(name),
                  read,
                  String.join(", ", SCHEMES),
                  NearWords.hint(NearWords.of(read, SCHEMES))));
    }
    var scheme = known ? matcher.group(1).toLowerCase(Locale.ROOT) : "tcp";
    var rest = known ? matcher.group(2) : uri;
    return switch (scheme) {
      case "exec" -> new ExecEnd(name, program(words(rest), SpawnOptions::withSharedSession));
      case "sh" -> new ExecEnd(name, program(shell(rest), SpawnOptions::withSharedSession));
      case "exec-pipes" ->
          new ExecPipesEnd(name, program(words(rest), SpawnOptions::withSharedSession));
      case "sh-pipes" ->
          new ExecPipesEnd(name, program(shell(rest), SpawnOptions::withSharedSession));
      case "pty" -> new TerminalEnd(name, program(words(rest), SpawnOptions::withTerminal));
      default -> withOptions(scheme, rest);
    };
  }

  private End withOptions(String scheme, String rest) {
    int mark = rest.indexOf('?');
    var place = mark < 0 ? rest : rest.substring(0, mark);
    var options = new EndOptions(name, mark < 0 ? "" : rest.substring(mark + 1));
    var end =
        switch (scheme) {
          case "tcp", "tcp-connect", "unix", "unix-connect" ->
              ConnectEnd.of(name, endpoint(scheme, place), false, options, services);
          case "tls", "tls-connect" ->
              ConnectEnd.of(name, endpoint("tcp", place), true, options, services);
          case "tcp-listen", "unix-listen" ->
              ListenEnd.of(name, endpoint(scheme, place), false, options);
          case "tls-listen" -> ListenEnd.of(name, endpoint("tcp", place), true, options);
          case "socks-listen", "connect-listen", "sni-listen" ->
              RoutingEnd.of(name, scheme, endpoint("tcp", place), options, services);
          case "udp", "udp-connect" -> new DatagramEnd(name, endpoint("udp", place), false, ConnectEnd.source(options), DatagramTuning.of(options));
          case "udp-listen" -> new DatagramEnd(name, endpoint("udp", place), true, Optional.empty(), DatagramTuning.of(options));
          case "unix-seqpacket", "unix-seqpacket-connect" -> PacketsEnd.of(name, unix(scheme, place), options);
          case "unix-seqpacket-listen" ->
              ListenEnd.ofPackets(name, endpoint(scheme, place), options);
          case "unix-dgram", "unix-dgram-connect" ->
              UnixDatagramEnd.connecting(name, unix(scheme, place));
          case "unix-dgram-listen" ->
              UnixDatagramEnd.listening(name, unix(scheme, place), options);
          case "file" -> FileEnd.file(name, place, options);
          case "fifo" -> FileEnd.fifo(name, place, options);
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

  private UnixDomainSocketAddress unix(String scheme, String place) {
    return UnixDomainSocketAddress.of(endpoint(scheme, place).path());
  }

  private int fd(String text) {
    if (text.matches("[0-9]{1,9}")) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(
        "end \"%s\": fd: read \"%s\", expected a number".formatted(Visible.line(name), Visible.line(text)));
  }

  private List<String> words(String command) {
    try {
      var words = CommandWords.of(command);
      if (!words.isEmpty()) {
        return words;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("end \"%s\": %s".formatted(Visible.line(name), e.getMessage()), e);
    }
    throw new IllegalArgumentException("end \"%s\": expected a program".formatted(Visible.line(name)));
  }

  private static List<String> shell(String command) {
    return List.of("/bin/sh", "-c", command);
  }

  private ProcessSpawner program(List<String> command, UnaryOperator<SpawnOptions> session) {
    var path = System.getenv("PATH");
    var program = command.getFirst();
    try {
      return ProcessSpawner.of(
          program.indexOf('/') >= 0 ? Path.of(program).toAbsolutePath() : Path.of(program),
          o ->
              session.apply(
                  o.withSearchPath(path == null ? "/usr/bin:/bin" : path)
                      .withArguments(command)
                      .withEnvironment(System.getenv())
                      .withDirectory(Path.of("").toAbsolutePath())));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("end \"%s\": %s".formatted(Visible.line(name), e.getMessage()), e);
    }
  }
}
