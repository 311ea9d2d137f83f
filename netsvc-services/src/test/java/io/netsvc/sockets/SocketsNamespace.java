package io.netsvc.sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process in a network namespace of its own, with sockets of every kind. */
final class SocketsNamespace {
  /** Brings loopback up, as ip(8) would, opens sockets, and keeps them until its input ends. */
  private static final String SOCKETS =
      """
      use Socket qw(:all);
      my @all;
      sub v4 { pack_sockaddr_in($_[1], inet_aton($_[0])) }
      sub v6 { pack_sockaddr_in6($_[1], inet_pton(AF_INET6, $_[0])) }
      sub made {
        my ($family, $type, $local, $peer, @options) = @_;
        socket(my $s, $family, $type, 0) or die "socket: $!";
        setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1) or die "SO_REUSEADDR: $!";
        for (@options) { setsockopt($s, $_->[0], $_->[1], $_->[2]) or die "setsockopt: $!" }
        if ($local) { bind($s, $local) or die "bind: $!" }
        if ($peer) { connect($s, $peer) or $!{EINPROGRESS} or die "connect: $!" }
        push @all, $s;
        $s
      }
      sub listens { my $s = made($_[0], SOCK_STREAM, $_[1], undef, @_[2 .. $#_]); listen($s, 3) or die "listen: $!"; $s }
      sub accepted { accept(my $s, $_[0]) or die "accept: $!"; push @all, $s; $s }

      my $up = pack("a16 s x22", "lo", 1);
      ioctl(made(AF_INET, SOCK_DGRAM), 0x8914, $up) or die "SIOCSIFFLAGS: $!";
      my ($device, $mark) = ([SOL_SOCKET, 25, pack("a16", "lo")], [SOL_SOCKET, 36, pack("I", 0x11)]);
      my ($free4, $free6) = ([0, 15, 1], [41, 78, 1]);
      my $only6 = [41, 26, 1];

      my $http = listens(AF_INET, v4("0.0.0.0", 80));
      my $local = listens(AF_INET, v4("127.0.0.1", 101));
      listens(AF_INET, v4("127.0.0.1", 102), $device);
      listens(AF_INET, v4("127.0.0.2", 103), $mark);
      listens(AF_INET, v4("127.0.0.1", 40000));
      my $dual = listens(AF_INET6, v6("::", 443));
      listens(AF_INET6, v6("::", 444), $only6);
      my $six = listens(AF_INET6, v6("::1", 101));
      listens(AF_INET6, v6("::ffff:127.0.0.1", 104));

      made(AF_INET, SOCK_STREAM, undef, v4("127.0.0.1", 101)); accepted($local);
      made(AF_INET, SOCK_STREAM, v4("127.0.0.9", 50001), v4("127.0.0.1", 80)); accepted($http);
      made(AF_INET, SOCK_STREAM, undef, v4("127.0.0.1", 443)); accepted($dual);
      made(AF_INET6, SOCK_STREAM, undef, v6("::ffff:127.0.0.1", 443)); accepted($dual);
      made(AF_INET6, SOCK_STREAM, undef, v6("::1", 443), $mark); accepted($dual);
      my $half = made(AF_INET6, SOCK_STREAM, undef, v6("::1", 101)); accepted($six);
      shutdown($half, 1) or die "shutdown: $!"; # fin-wait-2, and its peer close-wait
      my $ended = made(AF_INET, SOCK_STREAM, v4("127.0.0.1", 50002), v4("127.0.0.1", 80));
      my $other = accepted($http);
      @all = grep { $_ != $ended && $_ != $other } @all;
      close($ended); close($other); # time-wait
      my $full = listens(AF_INET, v4("127.0.0.1", 105));
      listen($full, 0) or die "listen: $!";
      made(AF_INET, SOCK_STREAM, undef, v4("127.0.0.1", 105));
      for (1 .. 2) { # beyond the backlog
        socket(my $s, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) or die "socket: $!";
        connect($s, v4("127.0.0.1", 105)) or $!{EINPROGRESS} or die "connect: $!";
        push @all, $s;
      }

      made(AF_INET, SOCK_DGRAM, v4("0.0.0.0", 53));
      made(AF_INET, SOCK_DGRAM, v4("10.1.2.3", 53), undef, $free4);
      made(AF_INET, SOCK_DGRAM, v4("127.0.0.1", 54), v4("127.0.0.1", 53));
      made(AF_INET, SOCK_DGRAM, undef, v4("127.0.0.1", 53));
      made(AF_INET6, SOCK_DGRAM, v6("2001:db8::1", 53), undef, $free6);
      made(AF_INET6, SOCK_DGRAM, v6("::ffff:10.1.2.3", 55), undef, $free4, $free6);
      made(AF_INET6, SOCK_DGRAM, v6("::", 56), undef, $device);
      made(AF_INET6, SOCK_DGRAM, undef, v6("::1", 56));

      my $path = "$ARGV[0]/a Path.sock";
      my $unix = listens(AF_UNIX, pack_sockaddr_un($path));
      made(AF_UNIX, SOCK_STREAM, undef, pack_sockaddr_un($path)); accepted($unix);
      listens(AF_UNIX, pack_sockaddr_un(chr(0) . "Name" . chr(0) . "x"));
      made(AF_UNIX, SOCK_DGRAM, pack_sockaddr_un(chr(0) . "0a1b2"));
      made(AF_UNIX, SOCK_DGRAM, undef);
      made(AF_UNIX, SOCK_SEQPACKET, pack_sockaddr_un("$ARGV[0]/seq[1]"));
      $| = 1;
      print "ready\\n";
      <STDIN>;
      """;

  private final Path directory;
  private final Process process;

  /** Makes the namespace, with its Unix sockets in a directory; they are all open then. */
  SocketsNamespace(Path directory) throws IOException {
    this.directory = directory;
    process =
        new ProcessBuilder("unshare", "-n", "perl", "-e", SOCKETS, directory.toString())
            .redirectErrorStream(true)
            .start();
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    assertThat(out.readLine()).isEqualTo("ready");
  }

  static boolean isThere(String program) {
    return List.of(System.getenv("PATH").split(":", -1)).stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  static boolean isPermitted() throws IOException, InterruptedException {
    return new ProcessBuilder("unshare", "-n", "true").start().waitFor() == 0;
  }

  long pid() {
    return process.pid();
  }

  /** {@return the lines of ss(8) in the namespace} */
  List<String> ss(List<String> arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid()), "-n", "ss"));
    command.addAll(arguments);
    var errors = directory.resolve("errors").toFile();
    var ss = new ProcessBuilder(command).redirectError(errors).start();
    var lines = new String(ss.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(ss.waitFor()).as(Files.readString(errors.toPath())).isZero();
    return lines;
  }

  void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
