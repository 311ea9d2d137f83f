package io.netsvc.cli;

import io.netsvc.net.AccessRules;
import io.netsvc.text.CommandWords;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  @Option(
      names = "-k",
      description = {
        "Listen again after each end.",
        "Go on listening when one connection has ended; with -l."
      })
  private boolean keeps;

  @Option(names = "-p", paramLabel = "PORT", description = "The local port.")
  private @Nullable String localPort;

  @Option(names = "-s", paramLabel = "ADDR", description = "The local address.")
  private @Nullable String localAddress;

  @Option(names = "-u", description = "UDP.")
  private boolean udp;

  @Option(names = "-U", description = {"A Unix stream socket.", "@NAME is an abstract one."})
  private boolean unix;

  @Option(names = "-z", description = {"Scan ports.", "Only see which ones can be connected to."})
  private boolean scans;

  @Option(names = "-v", description = "Say what happens.")
  private boolean[] verbose = {};

  @Option(names = "-n", description = {"Look up no names.", "Neither hosts nor services."})
  private boolean numeric;

  @Option(names = "-4", description = "IPv4 alone.")
  private boolean four;

  @Option(names = "-6", description = "IPv6 alone.")
  private boolean six;

  @Option(
      names = "-w",
      paramLabel = "SECS",
      description = {"End after so long a silence.", "Or when connecting takes so long."})
  private @Nullable Double wait;

  @Option(
      names = "-q",
      paramLabel = "SECS",
      description = {
        "End so long after the input.",
        "That is, after the end of the standard input."
      })
  private @Nullable Double quit;

  @SuppressWarnings("UnusedVariable") // it is so without, too
  @Option(
      names = "-N",
      description = {
        "Half-close: always so.",
        "The end of the input ends the sending direction alone."
      })
  private boolean half;

  @Option(names = "-d", description = "Do not read the input.")
  private boolean detached;

  @Option(names = "-C", description = "Send CR LF for LF.")
  private boolean crlf;

  @Option(
      names = "-i",
      paramLabel = "SECS",
      description = {
        "Pause between lines, ports.",
        "So long between two lines that are sent, and two ports of a scan."
      })
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
        "Pass the connection on.",
        "With SCM_RIGHTS, through the Unix socket that the standard output must be, as"
            + " ssh's ProxyUseFdpass wants it; ends then."
      })
  private boolean passes;

  @Option(names = "-r", description = "Scan ports in no order.")
  private boolean shuffles;

  @Option(names = "-W", paramLabel = "N", description = "End after receiving N times.")
  private @Nullable Long receives;

  @Mixin private final NcProxy proxy = new NcProxy();

  @Mixin private final NcTls tls = new NcTls();

  @Option(
      names = "--exec",
      paramLabel = "COMMAND",
      description = {"Give it to a program.", "Each connection is its fds 0 and 1."})
  private @Nullable String execute;

  @Option(names = "--sh-exec", paramLabel = "COMMAND", description = "Give it to sh -c COMMAND.")
  private @Nullable String shell;

  @Option(
      names = "--broker",
      description = {
        "Give all what each sends.",
        "To all other clients, and what is typed here; as ncat does, with -l, and with -k"
            + " implied. Who does not take its bytes while others wait is dropped."
      })
  private boolean brokers;

  @Option(
      names = "--chat",
      description = {
        "The same, in named lines.",
        "Each begins with <user1> and so on; control characters are written as \\ooo, as"
            + " ncat does."
      })
  private boolean chats;

  @Option(
      names = "--allow",
      split = ",",
      paramLabel = "NET",
      description = {"Take these clients alone.", "Those of these networks."})
  private List<String> allowed = List.of();

  @Option(
      names = "--deny",
      split = ",",
      paramLabel = "NET",
      description = {"Reset these clients.", "Those of these networks."})
  private List<String> denied = List.of();

  @Option(
      names = "--max-conns",
      paramLabel = "N",
      description = {"Clients at a time.", "With -k and a program, or --broker. Default: 100."})
  private int most = 100;

  @Mixin private final Dumping dumping = new Dumping();

  @Option(names = "--progress", description = {"Show bytes and rate.", "And what is left."})
  private boolean progress;

  @Parameters(arity = "0..2", paramLabel = "HOST PORT", hidden = true)
  private List<String> places = List.of();

  @Override
  public Integer call() throws InterruptedException {
    var report = new NcReport(spec.commandLine().getErr(), verbose.length > 0);
    try (var dumps = dumping.open()) {
      var options = options();
      var use = NcUse.of(options, keeps || options.ports().size() > 1, session(dumps), report);
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
    if (localAddress != null && (listens || unix || proxy.isWanted())) {
      throw misused("-s is for connecting to a port; with -l the address is an argument");
    }
    if (localPort != null && (unix || proxy.isWanted())) {
      throw misused("-p cannot be used with -U and -x");
    }
    if (proxy.isWanted() && (listens || udp || unix)) {
      throw misused("-x is for connecting over TCP");
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
    boolean shown = dumping.isWanted() || progress;
    if (shown || wait != null || quit != null || receives != null) {
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
        wait == null ? null : Seconds.of("-w", wait),
        interval == null ? Duration.ZERO : Seconds.of("-i", interval),
        socket,
        AccessRules.of(allowed, denied),
        most,
        keeps || brokers || chats,
        program(),
        brokers || chats,
        chats,
        telnet,
        passes,
        proxy.of(wait == null ? null : Seconds.of("-w", wait)),
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

  private List<String> program() {
    if (execute != null && shell != null) {
      throw misused("--exec and --sh-exec exclude each other");
    }
    return shell != null
        ? List.of("/bin/sh", "-c", shell)
        : execute == null ? List.of() : CommandWords.of(execute);
  }

  private NcSession.Settings session(Dumps dumps) {
    var pace = interval == null ? Duration.ZERO : Seconds.of("-i", interval);
    return new NcSession.Settings(
        new NcConsole.Input(!detached, crlf, pace),
        wait == null ? null : Seconds.of("-w", wait),
        quit == null || quit < 0 ? null : Duration.ofNanos((long) (quit * 1e9)),
        receives == null ? 0 : receives,
        dumps,
        udp,
        progress ? Progress.of(spec.commandLine().getErr(), RelayReport.isTerminal()) : null);
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
