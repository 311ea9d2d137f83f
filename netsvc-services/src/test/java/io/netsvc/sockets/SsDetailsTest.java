package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ss -e -m -o} tells of each socket. */
@Timeout(120)
class SsDetailsTest {
  private static final Pattern INODE = Pattern.compile("ino:(\\d+)");
  private static final Pattern COOKIE = Pattern.compile("sk:([0-9a-f]+)");
  private static final Pattern V6_ONLY = Pattern.compile("v6only:(\\d)");
  private static final Pattern MEMORY = Pattern.compile("skmem:\\(([^)]*)\\)");
  private static final Pattern TIMER = Pattern.compile("timer:\\((\\w+),");

  @TempDir private Path directory;

  private static String first(Pattern pattern, String line) {
    return pattern.matcher(line).results().findFirst().map((MatchResult m) -> m.group(1)).orElse("-");
  }

  private static SortedMap<String, String> theirs(PerlHolder in) throws Exception {
    var pid = Integer.toString(in.pid());
    var found = new TreeMap<String, String>();
    for (var line :
        PerlHolder.output("nsenter", "-t", pid, "-n", "ss", "-HantuemoO").lines().toList()) {
      if (!line.contains(":1017 ") && !first(INODE, line).equals("0")) { // bound alone; nobody's
        found.put(
            first(INODE, line),
            String.join(
                " ",
                first(COOKIE, line), first(V6_ONLY, line), first(MEMORY, line), first(TIMER, line)));
      }
    }
    return found;
  }

  private static SortedMap<String, String> ours(PerlHolder in) throws Exception {
    var found = new TreeMap<String, String>();
    for (var socket : in.table().query(SocketQuery::withMemory)) {
      if (socket instanceof InetEntry inet
          && inet.protocol() != SocketProtocol.RAW
          && inet.state() != SocketState.BOUND
          && inet.inode() != 0) {
        found.put(
            Long.toString(inet.inode()),
            String.join(
                " ",
                Long.toHexString(inet.cookie()),
                inet.v6Only().map(only -> only ? "1" : "0").orElse("-"),
                inet.memory().map(SsDetailsTest::text).orElse("-"),
                inet.timer().map(timer -> timer.kind().name().toLowerCase(Locale.ROOT)).orElse("-")));
      }
    }
    return found;
  }

  private static String text(SocketMemory m) {
    return "r%d,rb%d,t%d,tb%d,f%d,w%d,o%d,bl%d,d%d"
        .formatted(
            m.received(), m.receiveBuffer(), m.sending(), m.sendBuffer(), m.forward(), m.queued(),
            m.options(), m.backlog(), m.drops());
  }

  @Test
  void query_details_areWhatSsPrints() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      var theirs = theirs(holder);
      var ours = ours(holder);
      assertThat(theirs).hasSizeGreaterThan(25);
      for (int tries = 0; tries < 50 && !theirs.equals(ours); tries++) {
        // an acknowledgement was still on its way
        theirs = theirs(holder);
        ours = ours(holder);
      }
      assertThat(ours).containsExactlyEntriesOf(theirs);
    }
  }
}
