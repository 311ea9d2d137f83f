# Listening sockets that no process has in its fds: one in a message, one in a thread's own table.
use threads;
up();

my $sent = listening("127.0.0.1", 1020);
socketpair(my $left, my $right, AF_UNIX, SOCK_STREAM, 0) or die "socketpair: $!";
my $byte = "x";
my $vector = pack("P J", $byte, 1);
my $control = pack("J i i i x4", 20, SOL_SOCKET, 1, fileno($sent)); # SCM_RIGHTS
my $message = pack("J L x4", 0, 0) . pack("P J P J i x4", $vector, 1, $control, length($control), 0);
syscall($arm ? 211 : 46, fileno($left), $message, 0) == 1 or die "sendmsg: $!";
close $sent;
@held = ();

pipe(my $read, my $write) or die "pipe: $!";
threads->create(sub {
  syscall($arm ? 97 : 272, 0x400) == 0 or die "unshare: $!"; # CLONE_FILES
  my $own = listening("127.0.0.1", 1021);
  print "thread ", syscall($arm ? 178 : 186), "\n";
  syswrite($write, "x");
  end();
})->detach();
sysread($read, my $buffer, 1);
ready();
