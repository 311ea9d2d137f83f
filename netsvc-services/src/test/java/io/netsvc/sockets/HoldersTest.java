package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who holds a socket, among processes that come and go. */
@Timeout(120)
class HoldersTest {
  @TempDir private Path directory;

  private static final String MANY_FDS =
      """
      use POSIX ();
      up();
      print "allowed ", (many(6000) ? 1 : 0), "\\n";
      my $s = listening("127.0.0.1", 2000);
      my $fd = 0;
      $fd = POSIX::open("/dev/null") // last while $fd < 5000;
      POSIX::dup2(fileno($s), 4990);
      @held = ();
      close $s;
      ready();
      """;

  /** Some thousand processes each second. */
  private static final String CHURN =
      """
      up();
      listening("127.0.0.1", 2001);
      $SIG{CHLD} = 'IGNORE';
      my $parent = fork();
      if (!$parent) {
        my $read = '';
        do {
          fork() || exit 0 for 1 .. 100;
          vec($read, 0, 1) = 1;
        } until select($read, undef, undef, 0);
        exit 0;
      }
      ready();
      """;

  /** Its first thread has ended, and with it what /proc/PID/fd shows. */
  private static final String NO_LEADER =
      """
      use threads;
      up();
      child("other", sub { });
      listening("127.0.0.1", 2002);
      threads->create(sub { end() })->detach();
      print "pid $$\\nready\\n";
      syscall($arm ? 93 : 60, 0);
      """;

  @Test
  void holders_sharedWithChildren_areAllOfThem() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      var socket = holder.socket(1018);
      var expected = new TreeSet<>(List.of(holder.pid()));
      IntStream.rangeClosed(1, 4).forEach(i -> expected.add(holder.number("worker" + i)));
      assertThat(holder.table().holders(List.of(socket)).of(socket))
          .extracting(Holder::pid)
          .containsExactlyElementsOf(expected);
      assertThat(holder.table().firstHolders(List.of(socket)).of(socket))
          .singleElement()
          .satisfies(found -> assertThat(expected).contains(found.pid()))
          .satisfies(found -> assertThat(found.fds()).hasSize(1));
    }
  }

  @Test
  void holders_heldTwice_hasBothFds() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      var socket = holder.socket(1019);
      assertThat(holder.table().holders(List.of(socket)).of(socket))
          .singleElement()
          .satisfies(found -> assertThat(found.fds()).hasSize(2).isSorted())
          .satisfies(found -> assertThat(found.user()).isEqualTo("root"))
          .satisfies(found -> assertThat(found.commandLine()).startsWith("perl", "-e"));
    }
  }

  @Test
  void fdLinks_everySocket_isWhatFdTableFinds() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      var sockets = holder.table().query(q -> q);
      var inodes = sockets.stream().map(SocketEntry::inode).filter(inode -> inode != 0).toList();
      var links = new TreeSet<String>();
      int hidden =
          FdLinks.search(
              (inode, pid, thread, fd) -> {
                if (inodes.contains(inode)) {
                  links.add(inode + " " + pid + " " + thread + " " + fd);
                }
              });
      var holders = holder.table().holders(sockets);
      var table = new TreeSet<String>();
      for (var socket : sockets) {
        for (var found : holders.of(socket)) {
          found.fds().forEach(fd -> table.add(socket.inode() + " " + found.pid() + " 0 " + fd));
        }
      }
      assertThat(links).hasSizeGreaterThan(100).isEqualTo(table);
      assertThat(hidden).isEqualTo(holders.hidden());
    }
  }

  @Test
  void firstHolders_highFd_isFound() throws Exception {
    try (var holder = PerlHolder.apart(directory, MANY_FDS)) {
      assumeTrue(holder.number("allowed") == 1, "no 5,000 fds for a process");
      var socket = holder.socket(2000);
      assertThat(holder.table().firstHolders(List.of(socket)).of(socket))
          .singleElement()
          .satisfies(found -> assertThat(found.pid()).isEqualTo(holder.pid()))
          .satisfies(found -> assertThat(found.fds()).containsExactly(4990));
    }
  }

  @Test
  void search_processesComeAndGo_findsThoseThatStay() throws Exception {
    try (var holder = PerlHolder.apart(directory, CHURN)) {
      var socket = holder.socket(2001);
      for (int i = 0; i < 20; i++) {
        assertThat(holder.table().holders(List.of(socket)).of(socket))
            .extracting(Holder::pid)
            .contains(holder.pid());
        assertThat(holder.table().firstHolders(List.of(socket)).of(socket)).isNotEmpty();
        var seen = new TreeSet<Integer>();
        FdLinks.search(
            (inode, pid, _, _) -> {
              if (inode == socket.inode()) {
                seen.add(pid);
              }
            });
        assertThat(seen).contains(holder.pid());
      }
    }
  }

  @Test
  void holders_firstThreadHasEnded_isTheProcessStill() throws Exception {
    try (var holder = PerlHolder.apart(directory, NO_LEADER)) {
      var elsewhere = SocketTable.ofProcess(holder.number("other"));
      var socket = elsewhere.listening().getFirst();
      assertThat(socket).hasToString("tcp LISTEN 127.0.0.1:2002 0.0.0.0:0 inode " + socket.inode());
      assertThat(holder.table().holders(List.of(socket)).of(socket))
          .singleElement()
          .satisfies(found -> assertThat(found.pid()).isEqualTo(holder.pid()));
    }
  }

  @Test
  void visibility_ofNobodysSocket_isOrphan() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      var left =
          holder.sockets(1016).stream()
              .filter(socket -> socket.state() == SocketState.TIME_WAIT)
              .findFirst()
              .orElseThrow();
      var holders = holder.table().holders(List.of(left));
      assertThat(holders.of(left)).isEmpty();
      assertThat(holders.visibility(left)).isEqualTo(Holders.Visibility.ORPHAN);
    }
  }

  @Test
  void queries_aThousand_leaveNoFdOpen() throws Exception {
    try (var holder = PerlHolder.apart(directory, "cases.pl", directory.toString())) {
      use(holder);
      int before = openFds();
      for (int i = 0; i < 1_000; i++) {
        SocketTable.system().listening();
        if (i % 10 == 0) {
          use(holder);
        }
      }
      assertThat(openFds()).isLessThan(before + 10);
    }
  }

  private static void use(PerlHolder holder) throws Exception {
    var sockets = holder.table().listening();
    assertThat(holder.table().firstHolders(sockets).of(sockets.getFirst())).isNotEmpty();
    assertThat(holder.table().holders(sockets).of(sockets.getFirst())).isNotEmpty();
  }

  private static int openFds() throws Exception {
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      return (int) fds.count();
    }
  }
}
