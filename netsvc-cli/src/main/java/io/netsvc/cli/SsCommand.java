package io.netsvc.cli;

import io.netsvc.services.ServicesDatabase;
import io.netsvc.sockets.Holders;
import io.netsvc.sockets.SocketEntry;
import io.netsvc.sockets.SocketFilter;
import io.netsvc.sockets.SocketFilterException;
import io.netsvc.sockets.SocketProtocol;
import io.netsvc.sockets.SocketQuery;
import io.netsvc.sockets.SocketState;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists sockets, as ss(8) does. */
@Command(
    name = "ss",
    mixinStandardHelpOptions = true,
    description = {
      "List sockets and who holds them, as ss does: at first those that are connected.",
      "FILTER is as ss has it: state listening, sport = :https, dst 192.0.2.0/24, and, or, not, ( )."
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:listed; with --why, the port can be had",
      "1:with --why, the port cannot be had",
      "2:the kernel cannot be asked, or the usage is wrong"
    })
final class SsCommand implements Callable<Integer> {
  private static final int TAKEN = 1;
  private static final int FAILED = 2;

  /** What a list without -l or -a has. */
  private static final Set<SocketState> CONNECTED =
      EnumSet.of(
          SocketState.ESTABLISHED,
          SocketState.SYN_SENT,
          SocketState.FIN_WAIT_1,
          SocketState.FIN_WAIT_2,
          SocketState.CLOSE_WAIT,
          SocketState.LAST_ACK,
          SocketState.CLOSING);

  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @Option(names = {"-l", "--listening"}, description = "Those that wait for somebody.")
  private boolean listening;

  @Option(names = {"-a", "--all"}, description = "Those in every state.")
  private boolean all;

  @Option(names = {"-t", "--tcp"}, description = "TCP.")
  private boolean tcp;

  @Option(names = {"-u", "--udp"}, description = "UDP.")
  private boolean udp;

  @Option(names = {"-x", "--unix"}, description = "Unix sockets.")
  private boolean unix;

  @Option(names = {"-w", "--raw"}, description = "Raw IP.")
  private boolean raw;

  @Option(names = {"-S", "--sctp"}, description = "SCTP.")
  private boolean sctp;

  @Option(names = {"-d", "--dccp"}, description = "DCCP.")
  private boolean dccp;

  @Option(names = {"-M", "--mptcp"}, description = "Multipath TCP.")
  private boolean mptcp;

  @Option(names = {"-4", "--ipv4"}, description = "IPv4 alone.")
  private boolean four;

  @Option(names = {"-6", "--ipv6"}, description = "IPv6 alone.")
  private boolean six;

  @Option(names = {"-n", "--numeric"}, description = "Ports as numbers.")
  private boolean numeric;

  @Option(names = {"-p", "--processes"}, description = "Which processes hold it.")
  private boolean processes;

  @Option(names = {"-e", "--extended"}, description = "User, inode, cookie, control group, flags.")
  private boolean extended;

  @Option(names = {"-o", "--options"}, description = "The timer that runs.")
  private boolean timers;

  @Option(names = {"-m", "--memory"}, description = "The memory it takes.")
  private boolean memory;

  @Option(names = {"-s", "--summary"}, description = "How many there are, and no list.")
  private boolean summary;

  @Option(names = {"-H", "--no-header"}, description = "No header line.")
  private boolean noHeader;

  @Option(names = {"-O", "--oneline"}, description = "Each socket in one line.")
  private boolean oneLine;

  @Option(
      names = {"-N", "--net"},
      paramLabel = "NAMESPACE",
      description = "In another network namespace: its name, or the pid of a process in it.")
  private @Nullable String namespace;

  @Option(names = "--json", description = "Print JSON, one array.")
  private boolean json;

  @Option(
      names = "--why",
      paramLabel = "[ADDRESS:]PORT",
      description = "Say who is in the way of a port, TCP or with -u UDP, and what would help; binds it for a moment.")
  private @Nullable String why;

  @Parameters(paramLabel = "FILTER", arity = "0..*", description = "Those that it takes.")
  private List<String> filter = List.of();

  @Override
  public Integer call() {
    try {
      if (why != null) {
        return explain(why);
      }
      var table = table();
      var sockets = table.query(this::select);
      var holders = processes ? Optional.of(table.holders(sockets)) : Optional.<Holders>empty();
      print(sockets, holders);
      holders.ifPresent(h -> noteHidden(sockets, h));
      return 0;
    } catch (SocketFilterException e) {
      err().println("netsvc ss: " + e.getMessage());
      e.pointed().lines().forEach(line -> err().println("  " + line));
      err().flush();
      return FAILED;
    } catch (IOException e) {
      return fail(String.valueOf(e.getMessage()));
    }
  }

  private SocketTable table() {
    if (namespace == null) {
      return SocketTable.system();
    }
    boolean isPid = namespace.matches("[0-9]{1,9}") && !Files.exists(Path.of("/run/netns", namespace));
    try {
      return isPid
          ? SocketTable.ofProcess(Integer.parseInt(namespace))
          : SocketTable.ofNamespace(namespace);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "-N: " + e.getMessage(), e);
    }
  }

  private SocketQuery select(SocketQuery query) {
    var selected = query.withProtocols(protocols());
    if (four || six) {
      selected =
          selected.withFamilies(
              four && six
                  ? EnumSet.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)
                  : EnumSet.of(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6));
    }
    if (!all && !summary) {
      selected = listening ? selected.withWaiting() : selected.withStates(CONNECTED);
    }
    if (memory) {
      selected = selected.withMemory();
    }
    return filter.isEmpty()
        ? selected
        : selected.withFilter(SocketFilter.parse(String.join(" ", filter)));
  }

  private Set<SocketProtocol> protocols() {
    var asked = EnumSet.noneOf(SocketProtocol.class);
    add(asked, tcp, SocketProtocol.TCP);
    add(asked, udp, SocketProtocol.UDP);
    add(asked, raw, SocketProtocol.RAW);
    add(asked, sctp, SocketProtocol.SCTP);
    add(asked, dccp, SocketProtocol.DCCP);
    add(asked, mptcp, SocketProtocol.MPTCP);
    var unixOnes = EnumSet.range(SocketProtocol.UNIX_STREAM, SocketProtocol.UNIX_SEQPACKET);
    if (unix) {
      asked.addAll(unixOnes);
    }
    if (!asked.isEmpty()) {
      return asked;
    }
    return four || six ? EnumSet.complementOf(unixOnes) : EnumSet.allOf(SocketProtocol.class);
  }

  private static void add(Set<SocketProtocol> asked, boolean wanted, SocketProtocol protocol) {
    if (wanted) {
      asked.add(protocol);
    }
  }

  private void print(List<SocketEntry> sockets, Optional<Holders> holders) {
    var out = spec.commandLine().getOut();
    if (json) {
      SsJson.print(sockets, holders, ServicesDatabase.system(), out);
    } else if (summary) {
      SsSummary.lines(sockets).forEach(out::println);
    } else {
      var cells =
          new SsCells(
              numeric ? Optional.empty() : Optional.of(ServicesDatabase.system()),
              holders,
              new SsCells.Show(timers || extended, extended, memory, oneLine));
      boolean netid = unix || protocols().size() > 1;
      SsTable.print(cells.rows(sockets), netid, !noHeader, out);
    }
    out.flush();
  }

  private void noteHidden(List<SocketEntry> sockets, Holders holders) {
    if (sockets.stream().anyMatch(s -> holders.visibility(s) == Holders.Visibility.NOT_PERMITTED)) {
      warn("processes that could not be looked into may hold some of these; as root, they are told too");
    }
  }

  /** Says what is in the way, and tries: the kernel has the last word, for it sees the options. */
  private int explain(String text) throws IOException {
    WantedPort wanted;
    try {
      wanted = WantedPort.parse(text, udp, four, six, ServicesDatabase.system());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    var out = spec.commandLine().getOut();
    int status = 0;
    for (var address : wanted.addresses()) {
      var binding = wanted.binding(address);
      var name = wanted.protocol().netid() + ' ' + binding + ": ";
      var obstacles = table().whoBlocks(binding);
      obstacles.forEach(obstacle -> out.println(name + obstacle));
      if (namespace != null) {
        status = obstacles.isEmpty() ? status : TAKEN;
        continue;
      }
      var refusal = wanted.refusal(address);
      if (refusal.isPresent()) {
        status = TAKEN;
        refusal.filter(_ -> obstacles.isEmpty()).ifPresent(r -> out.println(name + r));
      } else {
        out.println(name + (obstacles.isEmpty() ? "free" : "can be had all the same"));
      }
    }
    out.flush();
    return status;
  }

  private int fail(String message) {
    warn(message);
    return FAILED;
  }

  private void warn(String message) {
    err().println("netsvc ss: " + message);
    err().flush();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
