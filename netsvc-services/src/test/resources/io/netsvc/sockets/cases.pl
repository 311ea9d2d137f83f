# One socket or more of every kind that ss(8) lists, in a network namespace.
up();
my $directory = shift @ARGV;

listening("127.0.0.1", 1001);
listening("::", 1002, 0, IPPROTO_IPV6, IPV6_V6ONLY, 0);
listening("::", 1003, 0, IPPROTO_IPV6, IPV6_V6ONLY, 1);
listening("::ffff:127.0.0.1", 1004, 0, IPPROTO_IPV6, IPV6_V6ONLY, 0);
listening("::ffff:0.0.0.0", 1005, 0, IPPROTO_IPV6, IPV6_V6ONLY, 0);
listening("0.0.0.0", 1006, 0, SOL_SOCKET, 25, "lo\0"); # SO_BINDTODEVICE
listening("::", 1007, 0, SOL_SOCKET, 25, "lo\0");
listening("::1", 1030);
my $device = `{
  ip link add name v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up &&
  ip -6 address add fe80::77/64 dev v0 nodad && cat /sys/class/net/v0/ifindex; } 2>&1`;
$device = `ip -o link show v0 2>&1` =~ /^(\d+):/ ? $1 : 0;
listening("fe80::77", 1008, $device) if $device;
print "device $device\n";

child("reuse$_", sub { listening("127.0.0.1", 1009, 0, SOL_SOCKET, SO_REUSEPORT, 1) }) for 1 .. 3;

bound(SOCK_DGRAM, "127.0.0.1", 1010);
connected(SOCK_DGRAM, "127.0.0.1", 1010, bound(SOCK_DGRAM, "127.0.0.1", 1011));
bound(SOCK_DGRAM, "::", 1013, 0, IPPROTO_IPV6, IPV6_V6ONLY, 0);
socket(my $raw, AF_INET, SOCK_RAW, 1) or die "raw: $!";
socket(my $raw6, AF_INET6, SOCK_RAW, 58) or die "raw6: $!";

my $server = listening("127.0.0.1", 1014);
my $client = connected(SOCK_STREAM, "127.0.0.1", 1014);
accepted($server);
syswrite($client, "12345") or die "write: $!"; # which nobody reads
my $six = listening("::1", 1031);
connected(SOCK_STREAM, "::1", 1031);
accepted($six);
my $mapped = connected(SOCK_STREAM, "::ffff:127.0.0.1", 1002);

listening("127.0.0.1", 1015); # two wait to be accepted
connected(SOCK_STREAM, "127.0.0.1", 1015) for 1 .. 2;

{
  my $past = listening("127.0.0.1", 1016);
  my $goes = connected(SOCK_STREAM, "127.0.0.1", 1016);
  my $comes = accepted($past);
  splice(@held, -2);
  shutdown($comes, 2);            # the server's end waits in TIME_WAIT
  sysread($goes, my $buffer, 1);
  close $goes;
  close $comes;
}
{
  my $past = listening("127.0.0.1", 1032);
  my $goes = connected(SOCK_STREAM, "127.0.0.1", 1032);
  my $comes = accepted($past);
  shutdown($comes, 1);            # CLOSE-WAIT and FIN-WAIT-2
  sysread($goes, my $buffer, 1);
}
bound(SOCK_STREAM, "127.0.0.1", 1017);

listening("127.0.0.1", 1018);
child("worker$_", sub { }) for 1 .. 4;

my $twice = listening("127.0.0.1", 1019);
open(my $again, "+<&", $twice) or die "dup: $!";

unix(SOCK_STREAM, "$directory/stream");
unix(SOCK_DGRAM, "$directory/datagram");
unix(SOCK_SEQPACKET, "$directory/packets");
unix(SOCK_STREAM, "\0plain");
socket(my $peer, AF_UNIX, SOCK_STREAM, 0) or die;
connect($peer, pack("S a*", AF_UNIX, "\0plain")) or die "connect: $!"; # not accepted
socketpair(my $left, my $right, AF_UNIX, SOCK_STREAM, 0) or die "socketpair: $!";
syswrite($left, "1234567");
ready();
