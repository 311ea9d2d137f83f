package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against the real ss(8), in a network namespace that has every kind of socket. */
@Timeout(120)
class SsDifferentialTest {
  @TempDir private Path directory;

  private PerlHolder cases() throws Exception {
    return PerlHolder.apart(directory, "cases.pl", directory.toString());
  }

  private PerlHolder oddNames() throws Exception {
    return PerlHolder.apart(directory, "odd.pl", directory.toString());
  }

  private static List<String> unixNames(PerlHolder holder) throws Exception {
    return holder.table().listening().stream()
        .filter(UnixEntry.class::isInstance)
        .map(entry -> ((UnixEntry) entry).name())
        .toList();
  }

  @Test
  void query_everyKind_isWhatSsPrints() throws Exception {
    try (var holder = cases()) {
      var theirs = SsText.theirs(holder);
      var ours = SsText.ours(holder);
      assertThat(theirs).hasSizeGreaterThan(40);
      for (int tries = 0; tries < 50 && !theirs.equals(ours); tries++) {
        // an acknowledgement was still on its way
        theirs = SsText.theirs(holder);
        ours = SsText.ours(holder);
      }
      assertThat(ours).containsExactlyElementsOf(theirs);
    }
  }

  /** Before version 6.8, ss cannot ask for a socket that is bound and does not listen. */
  @Test
  void query_boundAlone_isThereWithItsHolder() throws Exception {
    assumeTrue(Kernels.listsBoundSockets(), "a kernel before 6.8");
    try (var holder = cases()) {
      var bound = holder.socket(1017);
      assertThat(bound.state()).isEqualTo(SocketState.BOUND);
      assertThat(holder.table().query(q -> q.withStates(Set.of(SocketState.BOUND))))
          .extracting(SocketEntry::inode)
          .containsExactly(bound.inode());
      var holders = holder.table().holders(List.of(bound)).of(bound);
      assertThat(holders).extracting(Holder::pid).contains(holder.pid());
    }
  }

  @Test
  void listening_everyKind_hasWhatWaitsForSomebodyAlone() throws Exception {
    try (var holder = cases()) {
      var table = holder.table();
      assertThat(table.listening())
          .isNotEmpty()
          .allMatch(
              e -> e.state() == SocketState.LISTENING || e.state() == SocketState.CLOSED)
          .noneMatch(e -> e instanceof InetEntry inet && inet.local().getPort() == 1011)
          .noneMatch(e -> e instanceof UnixEntry unix && unix.name().isEmpty());
      assertThat(holder.sockets(1015))
          .filteredOn(e -> e.state() == SocketState.LISTENING)
          .singleElement()
          .satisfies(e -> assertThat(e.receiveQueue()).isEqualTo(2));
      assertThat(table.query(q -> q.withStates(Set.of(SocketState.TIME_WAIT))))
          .singleElement()
          .isInstanceOfSatisfying(
              InetEntry.class,
              e -> {
                assertThat(e.local().getPort()).isEqualTo(1016);
                assertThat(e.inode()).isZero();
                assertThat(e.timer().orElseThrow().kind())
                    .isEqualTo(SocketTimer.Kind.TIMEWAIT);
                assertThat(e.timer().orElseThrow().expires()).isLessThanOrEqualTo(Duration.ofSeconds(60));
              });
    }
  }

  /** ss cuts a name at its first {@code )}, and prints line ends as they are. */
  @Test
  void holders_oddNames_areWholeAndInOneLine() throws Exception {
    try (var holder = oddNames()) {
      var names = List.of("a) b", "x\\x0ay", "q\"q", "\\xff\\xfe", "\\\\");
      for (int i = 0; i < names.size(); i++) {
        int port = 1040 + i;
        var socket = holder.socket(port);
        assertThat(holder.table().holders(List.of(socket)).of(socket))
            .singleElement()
            .satisfies(
                found -> {
                  assertThat(found.name()).isEqualTo(names.get(port - 1040));
                  assertThat(found.pid()).isEqualTo(holder.number("odd" + port));
                });
      }
    }
  }

  /** ss prints a line end in a path as it is, so that what follows looks like another row. */
  @Test
  void name_withBlanksAndLineEnds_isInOneLineAndUnambiguous() throws Exception {
    try (var holder = oddNames()) {
      assertThat(unixNames(holder))
          .contains(
              directory + "/a b", directory + "/a\\x0ab", directory + "/ends ", " begins");
    }
  }

  /** ss prints every NUL of an abstract name as {@code @}, so that it cannot be told from one. */
  @Test
  void name_abstractWithNuls_hasThemEscaped() throws Exception {
    try (var holder = oddNames()) {
      assertThat(unixNames(holder)).contains("@two\\x00parts");
    }
  }

  /** ss without {@code -T} says of it that nobody holds it. */
  @Test
  void holders_threadWithItsOwnTable_isFound() throws Exception {
    try (var holder = PerlHolder.apart(directory, "nobody.pl")) {
      var socket = holder.socket(1021);
      for (var holders : List.of(holder.table().holders(List.of(socket)), holder.table().firstHolders(List.of(socket)))) {
        assertThat(holders.visibility(socket)).isEqualTo(Holders.Visibility.HELD);
        assertThat(holders.of(socket))
            .singleElement()
            .satisfies(
                found -> {
                  assertThat(found.pid()).isEqualTo(holder.pid());
                  assertThat(found.thread()).hasValue(holder.number("thread"));
                  assertThat(found.name()).isEqualTo("perl");
                });
      }
    }
  }

  /** As with ss, there is no process; but that nobody was hidden is said too. */
  @Test
  void holders_socketInAMessage_isHeldByNobodyVisible() throws Exception {
    try (var holder = PerlHolder.apart(directory, "nobody.pl")) {
      var socket = holder.socket(1020);
      var holders = holder.table().holders(List.of(socket));
      assertThat(holders.of(socket)).isEmpty();
      assertThat(holders.hidden()).isZero();
      assertThat(holders.visibility(socket)).isEqualTo(Holders.Visibility.NOBODY_VISIBLE);
    }
  }

  @Test
  void rawName_ofPath_hasNoNulAtItsEnd() throws Exception {
    try (var holder = cases()) {
      assertThat(holder.table().listening())
          .filteredOn(e -> e instanceof UnixEntry unix && unix.name().endsWith("stream"))
          .singleElement()
          .isInstanceOfSatisfying(
              UnixEntry.class,
              e ->
                  assertThat(e.rawName())
                      .isEqualTo((directory + "/stream").getBytes(StandardCharsets.UTF_8)));
    }
  }
}
