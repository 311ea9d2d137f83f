package io.netsvc.cli;

import io.netsvc.cli.EndRelaying.Times;
import io.netsvc.endpoint.End;
import io.netsvc.endpoint.Ends;
import io.netsvc.net.RelayServer;
import io.netsvc.net.RelayServerOptions;
import io.netsvc.net.Upstream;
import io.netsvc.services.ServicesDatabase;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** A relay of two ends of any kind, or of one whose clients say where to. */
final class RelayOfEnds {
  /** What listens as the first end, and connects as the second. */
  private static final Pattern BOTH =
      Pattern.compile("(tcp|udp|unix-seqpacket|unix-dgram|unix):", Pattern.CASE_INSENSITIVE);

  private static final Pattern SOCKET =
      Pattern.compile("(tcp|udp|unix):", Pattern.CASE_INSENSITIVE);

  private final RelayWay way;
  private final boolean once;
  private final RelayReport report;
  private final boolean verbose;

  RelayOfEnds(RelayWay way, boolean once, RelayReport report, boolean verbose) {
    this.way = way;
    this.once = once;
    this.report = report;
    this.verbose = verbose;
  }

  /** {@return whether a text is more than a socket to listen at or to connect to} */
  static boolean isEnd(String text) {
    return text.indexOf('?') >= 0 || (Ends.isEnd(text) && !SOCKET.matcher(text).lookingAt());
  }

  /**
   * Prepares a relay.
   *
   * @throws IllegalArgumentException in one line that says what was read and what is allowed
   */
  Relaying.Start start(String listen, List<String> upstreams) {
    if (upstreams.size() > 1) {
      throw new IllegalArgumentException(
          "there are at most two ends, but " + (1 + upstreams.size()) + " were given");
    }
    var first = end(listening(listen));
    var routes = first.upstream();
    if (routes.isPresent() != upstreams.isEmpty()) {
      throw new IllegalArgumentException(
          upstreams.isEmpty()
              ? "where to? " + listen + " is one end of two"
              : "the clients of " + listen + " say where to, so there is no other end");
    }
    if (routes.isEmpty()) {
      var second = way.on(end(upstreams.getFirst()));
      if (way.isOfStreams() && (first.isDatagram() || second.isDatagram())) {
        throw new IllegalArgumentException(
            "--stall-timeout and --half-close-timeout are not for datagrams");
      }
      return onEnd -> both(first, second, onEnd);
    }
    if (once) {
      throw new IllegalArgumentException(
          "--once is for two ends: " + listen + " has one for each of its clients");
    }
    return _ -> serving(first, way.on(routes.get()), false, "where its clients ask");
  }

  /** The first end listens, unless it is of a kind that cannot or says that it connects. */
  private static String listening(String text) {
    var both = BOTH.matcher(text);
    if (both.lookingAt()) {
      return both.group(1) + "-listen" + text.substring(both.end(1));
    }
    return Ends.isEnd(text) ? text : "tcp-listen://" + text;
  }

  private static End end(String text) {
    return Ends.of(text, ServicesDatabase.system()::resolve);
  }

  private Relaying both(End first, End second, Runnable onEnd) throws IOException {
    var listener = first.listener();
    var times = once ? Times.ONCE : Times.of(first, second);
    if (listener.isPresent() && times == Times.AT_ONCE) {
      return serving(first, second::open, second.isDatagram(), second.toString());
    }
    var _ = second.listener(); // it listens from now on
    report.say("relaying " + first + " and " + second);
    return new EndRelaying(first, second, times, way, report, verbose, onEnd);
  }

  private Relaying serving(End first, Upstream upstream, boolean datagrams, String where)
      throws IOException {
    var listener = first.listener().orElseThrow();
    var server = RelayServer.serve(listener, upstream, o -> serving(o, first, datagrams));
    report.say("relaying " + Endpoints.text(listener.localAddress()) + " to " + where);
    return new ConnectionRelaying(server);
  }

  private RelayServerOptions serving(RelayServerOptions options, End first, boolean datagrams) {
    return way.serving(
        options.withEvents(report.events(verbose)).withGreeting(first::greet), datagrams);
  }
}
