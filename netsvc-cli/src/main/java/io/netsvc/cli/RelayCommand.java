package io.netsvc.cli;

import io.netsvc.net.AccessRules;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.Listener;
import io.netsvc.net.ProxyHeader;
import io.netsvc.net.RelayServer;
import io.netsvc.net.RelayServerOptions;
import io.netsvc.net.Stopped;
import io.netsvc.net.Upstreams;
import io.netsvc.services.ServicesDatabase;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Relays connections in the foreground. */
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    description = {
      "Relay every connection to LISTEN to an UPSTREAM; several take turns, and the next one is"
          + " tried when one cannot be reached. Endpoints are such as 127.0.0.1:8080,"
          + " [::1]:imaps, :8080 (all addresses), unix:/run/x.sock, unix:@abstract, and udp://:53"
          + " for datagrams, which have one upstream. Prints where it listens when ready.",
      "Of two ends either may also be: stdio (-), exec:PROGRAM ARGS, sh:COMMAND, file:PATH,"
          + " fifo:PATH, fd:N, tcp-connect://, unix-connect:, tcp-listen://, unix-listen:,"
          + " udp-listen://; with options as in tcp://host:80?timeout=3&source=10.0.0.1"
          + " or ?via=socks5://proxy:1080. Alone: socks-listen://, connect-listen://, sni-listen://.",
      "Ctrl-C and SIGTERM stop listening and let relays end (--grace), a second one ends them."
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:it was stopped",
      "1:it cannot listen there",
      "2:the usage is wrong"
    })
final class RelayCommand implements Callable<Integer> {
  private static final int REFUSED = 1;
  private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(5);

  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  private AccessRules access = AccessRules.anyone();

  @SuppressWarnings("NullAway.Init") // made before anything is reported
  private RelayReport report;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      description = "How long connecting may take, its name lookup included. Default: 10.")
  private @Nullable Double connectSeconds;

  @Mixin private final RelayWay way = new RelayWay();

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Relay at most N at a time; others wait. Default: by the limit of open files.")
  private @Nullable Integer maxConnections;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "How long relays may go on after a stop. Default: 30; of datagrams: 0.")
  private @Nullable Double graceSeconds;

  @Option(
      names = "--allow",
      paramLabel = "NETWORK",
      description = "Relay clients of this network, such as 10.0.0.0/8, and of no other; repeatable.")
  private List<String> allowed = List.of();

  @Option(
      names = "--deny",
      paramLabel = "NETWORK",
      description = "Reset clients of this network; repeatable. The longest prefix decides.")
  private List<String> denied = List.of();

  @Option(
      names = "--least-connections",
      description = "Take a client to the upstream with the fewest connections, not to the next one.")
  private boolean fewest;

  @Option(
      names = "--proxy-protocol",
      split = ",",
      paramLabel = "WAY",
      description = {
        "Who says whose a connection is: in, out, out-v1.",
        "in: clients are proxies, which say so first, within 5 seconds. out: tell"
            + " upstreams so, in version 2; out-v1: in version 1. Repeatable."
      })
  private List<String> proxyProtocol = List.of();

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Relay on N event loops, 1 to 1024. Default: one for each processor.")
  private @Nullable Integer loops;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description = "linux or nio. Default: linux where it works.")
  private @Nullable String transport;

  @Option(names = "--stats", description = "Say each second what was relayed; on a terminal in one line.")
  private boolean stats;

  @Option(names = "--once", description = "Relay one connection, and end with it.")
  private boolean once;

  @Option(names = {"-v", "--verbose"}, description = "Say how each relay ended.")
  private boolean verbose;

  @Parameters(index = "0", paramLabel = "LISTEN", description = "Where to listen.")
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private String listen;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "UPSTREAM", description = "Where to.")
  private List<String> upstreams = List.of();

  @Override
  public Integer call() throws InterruptedException {
    report = new RelayReport(spec.commandLine().getErr());
    check();
    var start = isOfEnds() ? ends() : start();
    var stop = new CountDownLatch(1);
    try (var signals = new Signals()) {
      var serving = Thread.currentThread();
      Runnable stopping =
          () -> {
            if (stop.getCount() > 0) {
              stop.countDown();
            } else {
              serving.interrupt(); // ends the grace
            }
          };
      signals.on("INT", stopping);
      signals.on("TERM", stopping);
      try (var _ = way.open()) {
        var relaying = start.run(stop::countDown);
        report.await(stop, relaying, stats);
        var status = relaying.status();
        if (status.isEmpty()) {
          stop(relaying);
        }
        return status.orElse(0);
      } catch (IOException e) {
        report.say(SocketTable.explain(e));
        return REFUSED;
      } catch (UnsupportedOperationException e) {
        report.say(e.getMessage());
        return REFUSED;
      }
    }
  }

  /** Looks at what was given, and sets up what a JVM has once: before the first socket. */
  private void check() {
    try {
      way.check();
      access = AccessRules.of(allowed, denied);
      if (connectSeconds != null) {
        var _ = Seconds.of("--connect-timeout", connectSeconds);
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (loops != null) {
      if (loops < 1 || loops > 1024) {
        throw misused("--loops out of range: " + loops);
      }
      System.setProperty("io.netsvc.loops", loops.toString());
    }
    if (transport != null) {
      if (!transport.equals("linux") && !transport.equals("nio")) {
        throw misused("--transport: read \"" + transport + "\", expected linux or nio");
      }
      System.setProperty("io.netsvc.transport", transport);
    }
  }

  private Relaying.Start start() {
    if (upstreams.isEmpty()) {
      throw misused("where to? expected LISTEN UPSTREAM");
    }
    var from = endpoint(listen);
    var to = upstreams.stream().map(upstream -> upstream(from, endpoint(upstream))).toList();
    return _ -> from.scheme().isDatagram() ? datagrams(from, to) : connections(from, to);
  }

  /** Whether it is more than a listener of sockets and where its clients go to. */
  private boolean isOfEnds() {
    boolean handled = way.isHandled() && listen.toLowerCase(Locale.ROOT).startsWith("udp:");
    return once
        || handled
        || RelayOfEnds.isEnd(listen)
        || upstreams.stream().anyMatch(RelayOfEnds::isEnd);
  }

  private Relaying.Start ends() {
    if (!allowed.isEmpty() || !denied.isEmpty() || !proxyProtocol.isEmpty() || maxConnections != null) {
      throw misused("--allow, --deny, --proxy-protocol and --max-connections are options of an end here,"
          + " as in tcp-listen://:80?max=10&allow=10.0.0.0/8");
    }
    if (connectSeconds != null) {
      throw misused("--connect-timeout is an option of an end here, as in tcp://host:80?timeout=3");
    }
    try {
      return new RelayOfEnds(way, once, report, verbose).start(listen, upstreams);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Relaying datagrams(Endpoint from, List<SocketAddress> to) throws IOException {
    if (to.size() > 1) {
      throw misused("datagrams have one upstream, but there are " + to.size());
    }
    if (!proxyProtocol.isEmpty()) {
      throw misused("--proxy-protocol is not for datagrams");
    }
    if (way.isOfStreams()) {
      throw misused("--stall-timeout and --half-close-timeout are not for datagrams");
    }
    var relaying =
        new DatagramRelaying(
            from,
            to.getFirst(),
            o -> {
              var all = o.withAccess(access).withEvents(report.datagramEvents(verbose));
              if (way.idle() != null) {
                all = all.withIdleTimeout(way.idle());
              }
              return maxConnections == null ? all : all.withMaxSessions(maxConnections());
            });
    report.say("relaying " + relaying.where() + " to " + upstreams.getFirst());
    return relaying;
  }

  private Relaying connections(Endpoint from, List<SocketAddress> to) throws IOException {
    var connector =
        Connector.of(
            o ->
                connectSeconds == null
                    ? o
                    : o.withTimeout(Seconds.of("--connect-timeout", connectSeconds)));
    var upstream =
        fewest ? Upstreams.fewestConnections(connector, to) : Upstreams.inTurn(connector, to);
    var listener = Listener.open(from, this::listening);
    try {
      var server = RelayServer.serve(listener, way.on(upstream), this::serving);
      report.say(
          "relaying "
              + Endpoints.text(listener.localAddress())
              + " to "
              + String.join(", ", upstreams));
      return new ConnectionRelaying(server);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private ListenOptions listening(ListenOptions options) {
    var all = options.withAccess(access);
    return maxConnections == null ? all : all.withMaxConnections(maxConnections());
  }

  private int maxConnections() {
    int max = maxConnections == null ? 0 : maxConnections;
    if (max < 1) {
      throw misused("--max-connections out of range: " + max);
    }
    return max;
  }

  private RelayServerOptions serving(RelayServerOptions options) {
    var all = way.serving(options.withEvents(report.events(verbose)), false);
    for (var way : proxyProtocol) {
      all =
          switch (way) {
            case "in" -> all.withProxyIn(HEADER_TIMEOUT);
            case "out" -> all.withProxyOut(ProxyHeader.Version.V2);
            case "out-v1" -> all.withProxyOut(ProxyHeader.Version.V1);
            default ->
                throw misused(
                    "--proxy-protocol: read \"" + way + "\", expected in, out or out-v1");
          };
    }
    return all;
  }

  private Endpoint endpoint(String text) {
    try {
      return Endpoint.parse(text, ServicesDatabase.system()::resolve);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** The address to connect to; a name is looked up for each connection. */
  private SocketAddress upstream(Endpoint from, Endpoint endpoint) {
    if (from.scheme().isDatagram() != endpoint.scheme().isDatagram()) {
      throw misused("not both of connections or both of datagrams: " + from + " and " + endpoint);
    }
    return endpoint.scheme().isUnix()
        ? UnixDomainSocketAddress.of(endpoint.path())
        : InetSocketAddress.createUnresolved(
            endpoint.host().isEmpty() ? "localhost" : endpoint.host(), endpoint.port());
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void stop(Relaying relaying) {
    report.say("stopping");
    double seconds = graceSeconds == null ? relaying.graceSeconds() : Math.max(0, graceSeconds);
    var grace = Duration.ofNanos((long) (seconds * 1e9));
    if (relaying.stop(grace) == Stopped.FORCED) {
      report.say("reset what was still open");
    }
  }
}
