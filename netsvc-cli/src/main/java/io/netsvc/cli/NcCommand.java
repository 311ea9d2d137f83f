package io.netsvc.cli;

import io.netsvc.endpoint.ProxyClient;
import io.netsvc.net.AccessRules;
import io.netsvc.net.Endpoint;
import io.netsvc.services.ServicesDatabase;
import io.netsvc.text.CommandWords;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A netcat with OpenBSD's flags, and a few of ncat's long ones. */
@Command(
    name = "nc",
    description = {
      "Connects to HOST PORT, or listens (-l), and joins that with the standard streams. PORT is a"
          + " number, a service or a range (20-1024). The flags are OpenBSD nc's, but the end of"
          + " the input always ends the sending direction alone, as its -N does (half-close)."
    },
    synopsisHeading = "Usage: ",
    customSynopsis = {
      "netsvc nc [OPTIONS] HOST PORT | -l [OPTIONS] [HOST] PORT | -U [OPTIONS] PATH%n"
    },
    exitCodeListHeading = "Exit status: ",
    exitCodeOnInvalidInput = 1,
    exitCodeList = {"0:connected", "1:it could not, or the usage is wrong"})
final class NcCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // picocli looks at it
  @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
  private boolean help;

  @Option(names = "-l", description = "Listen for one connection.")
  private boolean listens;

  @Option(names = "-k", description = "Go on listening when one has ended; with -l.")
  private boolean keeps;

  @Option(names = "-p", paramLabel = "PORT", description = "The local port.")
  private @Nullable String localPort;

  @Option(names = "-s", paramLabel = "ADDR", description = "The local address.")
  private @Nullable String localAddress;

  @Option(names = "-u", description = "UDP.")
  private boolean udp;

  @Option(names = "-U", description = "A Unix stream socket; @NAME is an abstract one.")
  private boolean unix;

  @Option(names = "-z", description = "Only see which ports can be connected to.")
  private boolean scans;

  @Option(names = "-v", description = "Say what happens.")
  private boolean[] verbose = {};

  @Option(names = "-n", description = "Look up no names and no services.")
  private boolean numeric;

  @Option(names = "-4", description = "IPv4 alone.")
  private boolean four;

  @Option(names = "-6", description = "IPv6 alone.")
  private boolean six;

  @Option(names = "-w", paramLabel = "SECS", description = "End when connecting, or silence, takes so long.")
  private @Nullable Double wait;

  @Option(names = "-q", paramLabel = "SECS", description = "End so long after the end of the input.")
  private @Nullable Double quit;

  @SuppressWarnings("UnusedVariable") // it is so without, too
  @Option(names = "-N", description = "Half-close at the end of the input; always so.")
  private boolean half;

  @Option(names = "-d", description = "Do not read the input.")
  private boolean detached;

  @Option(names = "-C", description = "Send CR LF for LF.")
  private boolean crlf;

  @Option(names = "-i", paramLabel = "SECS", description = "Wait so long between lines, and ports.")
  private @Nullable Double interval;

  @Mixin private final NcSocket socket = new NcSocket();

  @Option(
      names = "-t",
      description = {
        "Answer Telnet.",
        "Refuses every option that the other end asks for, as RFC 854 has it, and takes its commands"
            + " out of what is shown, which OpenBSD's nc leaves in."
      })
  private boolean telnet;

  @Option(
      names = "-F",
      description = {
        "Pass the connection over stdout, and end.",
        "With SCM_RIGHTS, through the Unix socket that the standard output must be, as ssh's"
            + " ProxyUseFdpass wants it."
      })
  private boolean passes;

  @Option(names = "-r", description = "Scan ports in no order.")
  private boolean shuffles;

  @Option(names = "-W", paramLabel = "N", description = "End after receiving N times.")
  private @Nullable Long receives;

  @Option(names = {"-x", "--proxy"}, paramLabel = "HOST[:PORT]", description = "Connect through a proxy.")
  private @Nullable String proxy;

  @Option(names = {"-X", "--proxy-type"}, paramLabel = "KIND", description = "4, 4a, 5 or connect. Default: 5.")
  private String proxyKind = "5";

  @Option(names = "-P", paramLabel = "USER", description = "For the proxy; asks for the password.")
  private @Nullable String proxyUser;

  @Option(names = "--proxy-auth", paramLabel = "USER:PASSWORD", description = "For the proxy.")
  private @Nullable String proxyLogin;

  @Mixin private final NcTls tls = new NcTls();

  @Option(names = "--exec", paramLabel = "COMMAND", description = "Give each connection to a program, as its fds 0 and 1.")
  private @Nullable String execute;

  @Option(names = "--sh-exec", paramLabel = "COMMAND", description = "Give each connection to sh -c COMMAND.")
  private @Nullable String shell;

  @Option(
      names = "--broker",
      description = {
        "Give each client what all others send.",
        "And what is typed here; as ncat does, with -l, and with -k implied. Who does not take its"
            + " bytes while others wait is dropped."
      })
  private boolean brokers;

  @Option(
      names = "--chat",
      description = {
        "The same, in lines with <user1> and so on.",
        "Control characters are written as \\ooo, as ncat does."
      })
  private boolean chats;

  @Option(names = "--allow", split = ",", paramLabel = "NET", description = "Take clients of these networks alone.")
  private List<String> allowed = List.of();

  @Option(names = "--deny", split = ",", paramLabel = "NET", description = "Reset clients of these networks.")
  private List<String> denied = List.of();

  @Option(names = "--max-conns", paramLabel = "N", description = "Clients at a time; with -k and a program. Default: 100.")
  private int most = 100;

  @Option(names = "--output", paramLabel = "FILE", description = "Write what goes by to a file.")
  private @Nullable Path output;

  @Option(names = "--hex-dump", paramLabel = "FILE", description = "As hexdump -C has it.")
  private @Nullable Path hexDump;

  @Option(names = "--append-output", description = "Do not empty these files first.")
  private boolean appends;

  @Option(names = "--progress", description = "Show bytes, rate and what is left.")
  private boolean progress;

  @Parameters(arity = "0..2", paramLabel = "HOST PORT", hidden = true)
  private List<String> places = List.of();

  @Override
  public Integer call() throws InterruptedException {
    var report = new NcReport(spec.commandLine().getErr(), verbose.length > 0);
    try (var dump = NcDump.open(output, hexDump, appends)) {
      var options = options();
      var use = NcUse.of(options, keeps || options.ports().size() > 1, session(dump), report);
      if (listens) {
        new NcListening(options, use, report).run();
        return 0;
      }
      var connecting = new NcConnecting(options, use, report);
      return scans ? connecting.scan() : connecting.connect();
    } catch (IOException e) {
      report.failed(e);
      return 1;
    } catch (UnsupportedOperationException e) {
      report.failed(new IOException(e.getMessage(), e));
      return 1;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Refuses what would be left out silently: encryption, rules and addresses above all. */
  private void checkKinds() {
    if (udp && unix) {
      throw misused("-u and -U exclude each other");
    }
    if (tls.isWanted() && (udp || unix)) {
      throw misused("--ssl is for TCP");
    }
    if (scans && unix) {
      throw misused("-z is for ports, not for -U");
    }
    if (localAddress != null && (listens || unix || proxy != null)) {
      throw misused("-s is for connecting to a port; with -l the address is an argument");
    }
    if (localPort != null && (unix || proxy != null)) {
      throw misused("-p cannot be used with -U and -x");
    }
    if (udp && listens && !(allowed.isEmpty() && denied.isEmpty())) {
      throw misused("--allow and --deny are for TCP");
    }
    if (passes && (listens || scans || udp || unix || tls.isWanted())) {
      throw misused("-F passes a TCP connection: without -l, -u, -U, -z and --ssl");
    }
    if (telnet && (passes || execute != null || shell != null)) {
      throw misused("-t is for the standard streams, not for -F or a program");
    }
    if (brokers || chats) {
      checkBroker();
    }
    socket.check(udp, unix);
  }

  private void checkBroker() {
    if (!listens || udp) {
      throw misused("--broker and --chat need -l, and no -u");
    }
    if (execute != null || shell != null || telnet) {
      throw misused("--broker and --chat cannot be used with a program or -t");
    }
    boolean one = output != null || hexDump != null || progress;
    if (one || wait != null || quit != null || receives != null) {
      throw misused("--broker and --chat are without -w, -q, -W, --progress and dumps");
    }
  }

  private NcOptions options() throws IOException {
    if (four && six) {
      throw misused("-4 and -6 exclude each other");
    }
    if (keeps && !listens) {
      throw misused("-k needs -l");
    }
    checkKinds();
    if (scans && listens) {
      throw misused("-z cannot be used with -l");
    }
    var place = new ArrayList<>(places);
    var path = unix ? next(place, "a path") : null;
    var protocol = udp ? "udp" : "tcp";
    List<Integer> ports = List.of();
    if (path == null) {
      var port = port(place);
      ports = NcPorts.parse(port, protocol, shuffles);
      if (listens && ports.size() > 1) {
        throw misused("-l: a single port, not " + port);
      }
    }
    var host = path != null || place.isEmpty() ? "" : place.removeFirst();
    if (!place.isEmpty()) {
      throw misused("too much: " + String.join(" ", place));
    }
    var bound = listens ? null : localPort;
    return new NcOptions(
        host,
        ports,
        path,
        udp,
        four ? 4 : six ? 6 : 0,
        numeric,
        source(),
        bound == null ? 0 : NcPorts.one(bound, protocol),
        wait == null ? null : seconds("-w", wait),
        interval == null ? Duration.ZERO : seconds("-i", interval),
        socket,
        access(),
        most,
        keeps || brokers || chats,
        program(),
        brokers || chats,
        chats,
        telnet,
        passes,
        proxy == null ? null : proxy(proxy),
        tls.of(listens));
  }

  /** The port, which is the last word, or that of {@code -l -p}. */
  private String port(List<String> place) {
    if (listens && localPort != null) {
      if (place.size() > 1) {
        throw misused("a port twice: " + localPort + " and " + place.getLast());
      }
      return localPort;
    }
    if (place.isEmpty() || (!listens && place.size() == 1)) {
      throw misused("missing port number");
    }
    return place.removeLast();
  }

  private String next(List<String> place, String what) {
    if (place.isEmpty()) {
      throw misused("missing " + what);
    }
    return place.removeFirst();
  }

  private @Nullable InetAddress source() {
    if (localAddress == null) {
      return null;
    }
    try {
      return numeric ? InetAddress.ofLiteral(localAddress) : InetAddress.getByName(localAddress);
    } catch (IllegalArgumentException | UnknownHostException e) {
      throw new ParameterException(
          spec.commandLine(), "-s: read \"" + localAddress + "\", expected an address", e);
    }
  }

  private AccessRules access() {
    var rules = AccessRules.anyone();
    for (var network : allowed) {
      rules = rules.allow(network);
    }
    for (var network : denied) {
      rules = rules.deny(network);
    }
    return rules;
  }

  private NcOptions.Proxy proxy(String place) {
    if (listens || udp || unix) {
      throw misused("-x is for connecting over TCP");
    }
    var kind =
        switch (proxyKind.toLowerCase(Locale.ROOT)) {
          case "4", "socks4" -> ProxyClient.Kind.SOCKS4;
          case "4a", "socks4a" -> ProxyClient.Kind.SOCKS4A;
          case "5", "socks5", "socks" -> ProxyClient.Kind.SOCKS5;
          case "connect", "http" -> ProxyClient.Kind.HTTP;
          default -> throw misused("-X: read \"" + proxyKind + "\", expected 4, 4a, 5 or connect");
        };
    boolean hasPort = place.matches("\\[.*]:.*|[^:\\[]*:.*");
    var at =
        Endpoint.parse(
            hasPort ? place : place + (kind == ProxyClient.Kind.HTTP ? ":3128" : ":1080"),
            ServicesDatabase.system()::resolve);
    var client = ProxyClient.of(kind);
    if (wait != null) {
      client = client.withTimeout(seconds("-w", wait));
    }
    var login = login();
    if (login != null) {
      int colon = login.indexOf(':');
      client = client.withCredentials(login.substring(0, colon), login.substring(colon + 1));
    }
    return new NcOptions.Proxy(
        InetSocketAddress.createUnresolved(at.host().isEmpty() ? "localhost" : at.host(), at.port()),
        client);
  }

  /** The user, a colon and the password; null for nobody. */
  @SuppressWarnings("SystemConsoleNull") // it may be, by its Javadoc
  private @Nullable String login() {
    if (proxyLogin != null) {
      if (proxyLogin.indexOf(':') < 1) {
        throw misused("--proxy-auth: expected USER:PASSWORD");
      }
      return proxyLogin;
    }
    if (proxyUser == null) {
      return null;
    }
    var console = System.console();
    if (console == null || !console.isTerminal()) {
      throw misused("-P: no terminal to ask for the password; --proxy-auth gives it");
    }
    var password = console.readPassword("Proxy password for %s: ", proxyUser);
    return proxyUser + ':' + new String(password);
  }

  private List<String> program() {
    if (execute != null && shell != null) {
      throw misused("--exec and --sh-exec exclude each other");
    }
    return shell != null
        ? List.of("/bin/sh", "-c", shell)
        : execute == null ? List.of() : CommandWords.of(execute);
  }

  private NcSession.Settings session(NcDump dump) {
    boolean taps = output != null || hexDump != null;
    var pace = interval == null ? Duration.ZERO : seconds("-i", interval);
    return new NcSession.Settings(
        new NcConsole.Input(!detached, crlf, pace),
        wait == null ? null : seconds("-w", wait),
        quit == null || quit < 0 ? null : Duration.ofNanos((long) (quit * 1e9)),
        receives == null ? 0 : receives,
        taps ? dump : null,
        progress ? Progress.of(spec.commandLine().getErr(), RelayReport.isTerminal()) : null);
  }

  private Duration seconds(String option, double value) {
    if (!(value > 0) || value > Integer.MAX_VALUE) {
      throw misused(option + " out of range: " + value);
    }
    return Duration.ofNanos((long) (value * 1e9));
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
