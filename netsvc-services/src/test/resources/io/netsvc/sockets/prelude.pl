# What the tests' holders of sockets begin with. They say what they have as "key value" lines, end
# with `ready`, and hold it until their standard input ends.
use strict;
use warnings;
use Config;
use IO::Handle;
use Socket qw(:all);

our @held;       # keeps sockets open
our $arm = $Config{archname} =~ /^(aarch64|arm64)/;
$| = 1;
$SIG{PIPE} = 'IGNORE';

sub up {         # brings loopback up, as `ip link set lo up` does
  socket(my $s, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
  my $request = pack("a16 s x22", "lo", 1);
  ioctl($s, 0x8914, $request) or die "SIOCSIFFLAGS: $!";
}

sub at {         # a socket address of text and port
  my ($text, $port, $scope) = @_;
  return $text =~ /:/
    ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $text), $scope || 0)
    : pack_sockaddr_in($port, inet_aton($text));
}

sub bound {      # a socket that is bound; options are "level name value" in threes
  my ($type, $text, $port, $scope, @options) = @_;
  my $family = $text =~ /:/ ? AF_INET6 : AF_INET;
  socket(my $s, $family, $type, 0) or die "socket: $!";
  while (my ($level, $name, $value) = splice(@options, 0, 3)) {
    setsockopt($s, $level, $name, $value) or die "setsockopt $name: $!";
  }
  bind($s, at($text, $port, $scope)) or die "bind $text $port: $!";
  push @held, $s;
  return $s;
}

sub listening {
  my $s = bound(SOCK_STREAM, @_);
  listen($s, 5) or die "listen: $!";
  return $s;
}

sub connected {
  my ($type, $text, $port, $s) = @_;
  my $family = $text =~ /:/ ? AF_INET6 : AF_INET;
  $s or socket($s, $family, $type, 0) or die "socket: $!";
  connect($s, at($text, $port)) or die "connect $text $port: $!";
  push @held, $s;
  return $s;
}

sub accepted {
  my ($listener) = @_;
  accept(my $s, $listener) or die "accept: $!";
  push @held, $s;
  return $s;
}

sub unix {       # a Unix socket that is bound, and listens unless it is of datagrams
  my ($type, $name) = @_;
  socket(my $s, AF_UNIX, $type, 0) or die "socket: $!";
  bind($s, pack("S a*", AF_UNIX, $name)) or die "bind $name: $!";
  $type == SOCK_DGRAM or listen($s, 5) or die "listen: $!";
  push @held, $s;
  return $s;
}

sub comm {       # changes the name of this process
  open(my $file, ">:raw", "/proc/self/comm") or die "comm: $!";
  syswrite($file, $_[0]) or die "comm: $!";
}

sub end {        # holds all that is open
  1 while sysread(STDIN, my $buffer, 4096);
  exit 0;
}

sub child {      # runs a block in a process of its own, which then holds what it has open
  my ($key, $block) = @_;
  pipe(my $read, my $write) or die "pipe: $!";
  my $pid = fork() // die "fork: $!";
  if (!$pid) {
    close $read;
    $block->();
    close $write;
    end();
  }
  close $write;
  sysread($read, my $buffer, 1); # until it has done that
  print "$key $pid\n";
  return $pid;
}

sub ready {
  print "pid $$\nready\n";
  end();
}

sub many {       # allows this many fds, if that may be
  return syscall($arm ? 261 : 302, 0, 7, pack("QQ", $_[0], $_[0]), 0) == 0; # prlimit64
}

sub nobody {     # becomes that user
  $) = "65534 65534";
  $( = 65534;
  $< = $> = 65534;
  $> == 65534 or die "setuid: $!";
}
