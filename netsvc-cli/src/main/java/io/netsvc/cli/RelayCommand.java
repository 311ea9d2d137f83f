package io.netsvc.cli;

import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Listener;
import io.netsvc.net.Outcome;
import io.netsvc.net.RelayEvents;
import io.netsvc.net.RelayOptions;
import io.netsvc.net.RelayServer;
import io.netsvc.net.RelayServerOptions;
import io.netsvc.net.Stopped;
import io.netsvc.net.Upstream;
import io.netsvc.services.ServicesDatabase;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
      "Relay every connection to LISTEN to an UPSTREAM; several take turns, and the next one is",
      "tried when one cannot be reached. Endpoints are such as 127.0.0.1:8080, [::1]:imaps,",
      ":8080 (all addresses), unix:/run/x.sock, unix:@abstract. Prints where it listens when ready.",
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
  private static final double MIB = 1 << 20;

  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      description = "How long connecting may take, its name lookup included. Default: 10.")
  private double connectSeconds = 10;

  @Option(
      names = "--idle-timeout",
      paramLabel = "SECONDS",
      description = "Reset a relay when no byte moved for so long. Default: never.")
  private @Nullable Double idleSeconds;

  @Option(
      names = "--stall-timeout",
      paramLabel = "SECONDS",
      description = "Reset a relay when a side does not take its bytes for so long. Default: never.")
  private @Nullable Double stallSeconds;

  @Option(
      names = "--half-close-timeout",
      paramLabel = "SECONDS",
      description = "Reset a relay that is idle so long after one side's end. Default: 3600.")
  private @Nullable Double halfCloseSeconds;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Relay at most N at a time; others wait. Default: by the limit of open files.")
  private @Nullable Integer maxConnections;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "How long relays may go on after a stop before they are reset. Default: 30.")
  private double graceSeconds = 30;

  @Option(names = "--stats", description = "Say each second what was relayed.")
  private boolean stats;

  @Option(names = {"-v", "--verbose"}, description = "Say how each relay ended.")
  private boolean verbose;

  @Parameters(index = "0", paramLabel = "LISTEN", description = "Where to listen.")
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private String listen;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "UPSTREAM", description = "Where to.")
  @SuppressWarnings("NullAway.Init")
  private List<String> upstreams;

  @Override
  public Integer call() throws InterruptedException {
    var from = endpoint(listen);
    var to = new ArrayList<SocketAddress>();
    for (var upstream : upstreams) {
      to.add(address(endpoint(upstream)));
    }
    var connector = Connector.of(o -> o.withTimeout(seconds("--connect-timeout", connectSeconds)));
    var servers = new ArrayList<RelayServer>();
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
      try {
        for (var address : from.resolve()) {
          listen(address, connector, to, servers);
        }
        await(stop, servers);
      } catch (IOException | UnsupportedOperationException e) {
        say(e.getMessage());
        return REFUSED;
      } finally {
        stop(servers);
      }
      return 0;
    }
  }

  private void listen(
      SocketAddress address, Connector connector, List<SocketAddress> to, List<RelayServer> servers)
      throws IOException {
    Listener listener;
    try {
      listener = Listener.open(address);
    } catch (BindException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      if (servers.isEmpty()) {
        throw e;
      }
      say(e.getMessage() + "; going on without"); // one family of all addresses
      return;
    }
    servers.add(RelayServer.serve(listener, turns(connector, to), this::options));
    say("relaying " + Endpoints.text(listener.localAddress()) + " to " + String.join(", ", upstreams));
  }

  private Endpoint endpoint(String text) {
    try {
      var endpoint = Endpoint.parse(text, ServicesDatabase.system()::resolve);
      if (endpoint.scheme() != Endpoint.Scheme.TCP && endpoint.scheme() != Endpoint.Scheme.UNIX) {
        throw new IllegalArgumentException(
            "scheme of \"" + text + "\": read " + endpoint.scheme() + ", expected tcp or unix");
      }
      return endpoint;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** The address to connect to; a name is looked up for each connection. */
  private static SocketAddress address(Endpoint endpoint) {
    return endpoint.scheme() == Endpoint.Scheme.UNIX
        ? java.net.UnixDomainSocketAddress.of(endpoint.path())
        : java.net.InetSocketAddress.createUnresolved(
            endpoint.host().isEmpty() ? "localhost" : endpoint.host(), endpoint.port());
  }

  /** Takes each client to the next upstream, and on to those after it while they fail. */
  private static Upstream turns(Connector connector, List<SocketAddress> upstreams) {
    var next = new AtomicInteger();
    return () -> {
      int turn = next.getAndIncrement();
      IOException first = null;
      for (int i = 0; i < upstreams.size(); i++) {
        try {
          return connector.connect(upstreams.get(Math.floorMod(turn + i, upstreams.size())));
        } catch (IOException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
      throw first == null ? new IOException("no upstream") : first;
    };
  }

  private RelayServerOptions options(RelayServerOptions options) {
    var all = options.withRelay(this::relay).withEvents(events());
    return maxConnections == null ? all : all.withMaxRelays(maxConnections);
  }

  private RelayOptions relay(RelayOptions options) {
    var all = options;
    if (idleSeconds != null) {
      all = all.withIdleTimeout(seconds("--idle-timeout", idleSeconds));
    }
    if (stallSeconds != null) {
      all = all.withStallTimeout(seconds("--stall-timeout", stallSeconds));
    }
    if (halfCloseSeconds != null) {
      all = all.withHalfCloseTimeout(seconds("--half-close-timeout", halfCloseSeconds));
    }
    return all;
  }

  private Duration seconds(String option, double value) {
    if (!(value > 0) || value > Integer.MAX_VALUE) {
      throw new ParameterException(spec.commandLine(), option + " out of range: " + value);
    }
    return Duration.ofNanos((long) (value * 1e9));
  }

  private RelayEvents events() {
    return new RelayEvents() {
      @Override
      public void failed(SocketAddress client, IOException cause) {
        say("reset " + Endpoints.text(client) + ": " + cause.getMessage());
      }

      @Override
      public void ended(SocketAddress client, Outcome outcome) {
        if (verbose) {
          say(
              "ended %s: %s by %s, %d bytes to, %d from, %.3f s"
                  .formatted(
                      Endpoints.text(client),
                      outcome.cause(),
                      outcome.side(),
                      outcome.forward(),
                      outcome.backward(),
                      outcome.duration().toNanos() / 1e9));
        }
      }
    };
  }

  private void await(CountDownLatch stop, List<RelayServer> servers) throws InterruptedException {
    if (!stats) {
      stop.await();
      return;
    }
    while (!stop.await(1, TimeUnit.SECONDS)) {
      long accepted = 0;
      long failed = 0;
      int open = 0;
      double forward = 0;
      double backward = 0;
      for (var server : servers) {
        var now = server.snapshot();
        accepted += now.accepted();
        failed += now.failed();
        open += now.open();
        forward += now.forward() / MIB;
        backward += now.backward() / MIB;
      }
      say(
          "accepted %d, failed %d, open %d, %.1f MiB to, %.1f MiB from"
              .formatted(accepted, failed, open, forward, backward));
    }
  }

  private void stop(List<RelayServer> servers) {
    if (servers.isEmpty()) {
      return;
    }
    say("stopping");
    long deadlineNanos = System.nanoTime() + (long) (Math.max(0, graceSeconds) * 1e9);
    boolean forced = false;
    for (var server : servers) {
      var left = Duration.ofNanos(deadlineNanos - System.nanoTime());
      forced |= server.stop(left) == Stopped.FORCED;
    }
    if (forced) {
      say("reset what was still open");
    }
  }

  private void say(@Nullable String message) {
    spec.commandLine().getErr().println("netsvc: " + message);
    spec.commandLine().getErr().flush();
  }
}
