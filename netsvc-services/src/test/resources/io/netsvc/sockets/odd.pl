# Names that break lines and columns, in a network namespace.
up();
my $directory = shift @ARGV;

my $port = 1040;
for my $name ("a) b", "x\ny", "q\"q", "\xff\xfe", "\\") {
  child("odd$port", sub { comm($name); listening("127.0.0.1", $port) });
  $port++;
}
unix(SOCK_STREAM, "\0two\0parts");
unix(SOCK_STREAM, "$directory/a b");
unix(SOCK_STREAM, "$directory/a\nb");
unix(SOCK_STREAM, "$directory/ends ");
unix(SOCK_STREAM, " begins");
unlink(" begins");
ready();
