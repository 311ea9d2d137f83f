package io.netsvc.sockets;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of ss(8), and ours as that program would print them, with single blanks and in order. */
final class SsText {
  private static final Pattern USER = Pattern.compile("\\(\"[^\"]*\",pid=\\d+,fd=\\d+\\)");

  private SsText() {}

  static List<String> theirs(PerlHolder in) throws IOException, InterruptedException {
    var pid = Integer.toString(in.pid());
    return PerlHolder.output("nsenter", "-t", pid, "-n", "ss", "-HantuwxpO")
        .lines()
        .map(SsText::row)
        .filter(row -> !row.contains(":1017 ")) // bound alone: not every version lists it
        .sorted()
        .toList();
  }

  private static String row(String line) {
    int at = line.indexOf("users:");
    var columns = (at < 0 ? line : line.substring(0, at)).strip().replaceAll(" +", " ");
    var users = USER.matcher(at < 0 ? "" : line.substring(at));
    return row(columns, users.results().map(found -> found.group()));
  }

  private static String row(String columns, Stream<String> users) {
    return columns + users.sorted().map(user -> ' ' + user).collect(Collectors.joining());
  }

  static List<String> ours(PerlHolder in) throws IOException {
    var sockets = in.table().query(q -> q);
    var holders = in.table().holders(sockets);
    return sockets.stream()
        .filter(socket -> socket.state() != SocketState.BOUND)
        .map(socket -> row(columns(socket), users(holders.of(socket))))
        .sorted()
        .toList();
  }

  private static String columns(SocketEntry socket) {
    var first =
        String.join(
            " ",
            socket.protocol().netid(),
            socket.state().column(),
            Long.toString(socket.receiveQueue()),
            Long.toString(socket.sendQueue()));
    return switch (socket) {
      case InetEntry inet ->
          first
              + (' ' + inet.localHost() + ':' + port(inet.local().getPort()))
              + (' ' + inet.remoteHost() + ':' + port(inet.remote().getPort()));
      case UnixEntry unix ->
          first
              + (' ' + (unix.name().isEmpty() ? "*" : unix.name()) + ' ' + unix.inode())
              + (" * " + unix.peer());
    };
  }

  private static String port(int port) {
    return port == 0 ? "*" : Integer.toString(port);
  }

  private static Stream<String> users(List<Holder> holders) {
    return holders.stream()
        .flatMap(
            holder ->
                holder.fds().stream()
                    .map(
                        fd ->
                            "(\"%s\",pid=%d,fd=%d)".formatted(holder.name(), holder.pid(), fd)));
  }
}
