package io.netsvc.cli;

import io.netsvc.net.SocketTuning;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of nc that the kernel is told of its sockets. */
final class NcSocket {
  /** The words of OpenBSD's nc. */
  private static final Map<String, Integer> SERVICES = services();

  @Option(names = "-I", paramLabel = "BYTES", description = "Receive buffer.")
  private @Nullable Integer receiveBuffer;

  @Option(names = "-O", paramLabel = "BYTES", description = "Send buffer.")
  private @Nullable Integer sendBuffer;

  @Option(
      names = "-T",
      paramLabel = "TOS",
      description = {
        "Type of service.",
        "A number up to 255, also as 0xb8, or one of af11 to af43, cs0 to cs7, ef, critical,"
            + " inetcontrol, lowcost, lowdelay, netcontrol, reliability, throughput."
      })
  private @Nullable String service;

  @Option(names = "-M", paramLabel = "TTL", description = {"Hops to go at most.", "1 to 255."})
  private @Nullable Integer hops;

  @Option(
      names = "-m",
      paramLabel = "TTL",
      description = {
        "Hops to be left at least.",
        "Drops what has fewer; 0 to 255; of TCP, for Linux has no such thing for UDP."
      })
  private @Nullable Integer leastHops;

  @Option(names = "-D", description = {"Debug the socket.", "SO_DEBUG, which is root's."})
  private boolean debugs;

  @Option(names = "-b", description = {"Allow broadcasts.", "With -u, to send to such an address."})
  private boolean broadcasts;

  @Option(
      names = "-S",
      description = {"TCP MD5: refused.", "Debian's own nc has it, on kernels with TCP_MD5SIG."})
  private boolean signs;

  @Option(
      names = "-V",
      paramLabel = "RTABLE",
      description = {
        "Routing table: refused.",
        "Linux chooses one by rules, see ip-rule(8); Debian's own nc refuses it, too."
      })
  private @Nullable String table;

  /**
   * Refuses what is out of range, and what cannot be.
   *
   * @throws IllegalArgumentException in one line
   */
  void check(boolean udp, boolean unix) {
    if (signs) {
      throw new IllegalArgumentException("-S: no TCP MD5 signatures here");
    }
    if (table != null) {
      throw new IllegalArgumentException("-V: no alternate routing table support available");
    }
    if (broadcasts && !udp) {
      throw new IllegalArgumentException("-b needs -u");
    }
    if (unix && (service != null || hops != null || leastHops != null || debugs)) {
      throw new IllegalArgumentException("-T, -M, -m and -D are not for -U");
    }
    if (udp && leastHops != null) {
      throw new IllegalArgumentException("-m is for TCP");
    }
    if (udp && (receiveBuffer != null || sendBuffer != null)) {
      throw new IllegalArgumentException("-I and -O are not for -u");
    }
    within("-I", receiveBuffer, 1, Integer.MAX_VALUE);
    within("-O", sendBuffer, 1, Integer.MAX_VALUE);
    within("-M", hops, 1, 255);
    within("-m", leastHops, 0, 255);
    typeOfService();
  }

  private static void within(String option, @Nullable Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      throw new IllegalArgumentException(option + " out of range: " + value);
    }
  }

  /** Sets what is wanted on a socket for streams. */
  <T extends SocketTuning<T>> T tune(T options) {
    var all = options;
    all = receiveBuffer == null ? all : all.withReceiveBuffer(receiveBuffer);
    all = sendBuffer == null ? all : all.withSendBuffer(sendBuffer);
    var tos = typeOfService();
    all = tos.isEmpty() ? all : all.withTypeOfService(tos.getAsInt());
    all = hops == null ? all : all.withTimeToLive(hops);
    all = leastHops == null ? all : all.withMinTimeToLive(leastHops);
    return debugs ? all.withDebug(true) : all;
  }

  /** {@return the same for the URI of a datagram end, with more options of its own; or nothing} */
  String query(String... more) {
    var all = new ArrayList<String>();
    for (var option : more) {
      all.add(option);
    }
    typeOfService().ifPresent(tos -> all.add("tos=" + tos));
    if (hops != null) {
      all.add("ttl=" + hops);
    }
    if (broadcasts) {
      all.add("broadcast=yes");
    }
    if (debugs) {
      all.add("debug=yes");
    }
    return all.isEmpty() ? "" : "?" + String.join("&", all);
  }

  private OptionalInt typeOfService() {
    if (service == null) {
      return OptionalInt.empty();
    }
    var known = SERVICES.get(service.toLowerCase(Locale.ROOT));
    try {
      boolean hex = service.toLowerCase(Locale.ROOT).startsWith("0x");
      int value =
          known != null
              ? known
              : hex ? Integer.parseInt(service.substring(2), 16) : Integer.parseInt(service);
      if (value >= 0 && value <= 255) {
        return OptionalInt.of(value);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "-T: read \"" + service + "\", expected a number to 255 or "
            + String.join(", ", SERVICES.keySet()));
  }

  private static Map<String, Integer> services() {
    var all = new TreeMap<String, Integer>();
    for (int number = 0; number < 8; number++) {
      all.put("cs" + number, number << 5);
    }
    for (int number = 1; number <= 4; number++) {
      for (int drop = 1; drop <= 3; drop++) {
        all.put("af" + number + drop, (number << 5) | (drop << 3)); // RFC 2597
      }
    }
    all.put("ef", 0xb8); // RFC 3246
    all.put("critical", 0xa0); // RFC 791, as those that follow
    all.put("inetcontrol", 0xc0);
    all.put("netcontrol", 0xe0);
    all.put("lowdelay", 0x10);
    all.put("throughput", 0x08);
    all.put("reliability", 0x04);
    all.put("lowcost", 0x02); // RFC 1349
    return all;
  }
}
