package io.netsvc.inetd;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of hosts_access(5): {@code daemons : clients [: option]…}.
 *
 * @param place file and line
 * @param permits whether it lets in whom it has; where its options cannot be carried out it does not
 */
record HostsRule(String place, Patterns daemons, Patterns clients, boolean permits) {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);
  private static final Pattern BLANKS = Pattern.compile("[\\s,]+");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /**
   * Options of hosts_options(5) without which the client gets the same service, and their values;
   * {@code twist}, {@code aclexec}, {@code user}, {@code umask} and {@code setenv} do not belong
   * here.
   */
  private static final Map<String, Pattern> HARMLESS =
      Map.of(
          "spawn", Pattern.compile(".+"),
          "banners", Pattern.compile(".+"),
          "severity",
              Pattern.compile(
                  "((kern|user|mail|daemon|auth|authpriv|lpr|news|uucp|cron|ftp|local[0-7])\\.)?"
                      + "(emerg|alert|crit|err|warning|notice|info|debug)"),
          "linger", Pattern.compile("[0-9]+"),
          "keepalive", Pattern.compile(""),
          "nice", Pattern.compile("(-?[0-9]+)?"),
          "rfc931", Pattern.compile("[0-9]*"));

  /** Who asks for what. */
  record Request(String daemon, int port, HostPattern.Host server, HostPattern.Host client) {
    static Request of(String daemon, InetSocketAddress local, InetSocketAddress peer, PeerNames names) {
      return new Request(
          daemon.toLowerCase(Locale.ROOT),
          local.getPort(),
          new HostPattern.Host(local.getAddress(), names),
          new HostPattern.Host(peer.getAddress(), names));
    }
  }

  /** {@code a b EXCEPT c EXCEPT d} is a and b less what c has less d. */
  record Patterns(List<Function<Request, Truth>> some, Optional<Patterns> except) {
    Truth have(Request request) {
      var found = Truth.NO;
      for (var each : some) {
        if (found != Truth.YES) {
          found = found.or(each.apply(request));
        }
      }
      return found == Truth.NO || except.isEmpty()
          ? found
          : found.and(except.get().have(request).not());
    }
  }

  /** Reads a file's lines, and says in the log which of them cannot be followed exactly. */
  static List<HostsRule> parse(String file, String text, boolean usuallyPermits) {
    var rules = new ArrayList<HostsRule>();
    var joined = new StringBuilder();
    int number = 0;
    int first = 1;
    for (var line : (text + "\n").split("\n", -1)) {
      number++;
      if (joined.isEmpty()) {
        first = number;
      }
      if (line.endsWith("\\")) {
        joined.append(line, 0, line.length() - 1);
        continue;
      }
      var whole = joined.append(line).toString().strip();
      joined.setLength(0);
      if (!whole.isEmpty() && !whole.startsWith("#")) {
        rule(file + ':' + first, whole, usuallyPermits).ifPresent(rules::add);
      }
    }
    return rules;
  }

  private static Optional<HostsRule> rule(String place, String line, boolean usuallyPermits) {
    var parts = fields(line);
    if (parts.size() < 2) {
      log.warn("{}: expected daemons : clients, passed over", place);
      return Optional.empty();
    }
    return Optional.of(
        new HostsRule(
            place,
            patterns(place, words(parts.get(0)), word -> daemon(place, word)),
            patterns(place, words(parts.get(1)), word -> client(place, word)),
            options(place, parts.subList(2, parts.size()), usuallyPermits)));
  }

  private static List<String> words(String list) {
    return BLANKS.splitAsStream(list).filter(word -> !word.isEmpty()).toList();
  }

  /** Splits at colons without a backslash; in daemons and clients also without brackets. */
  private static List<String> fields(String line) {
    var fields = new ArrayList<String>();
    var field = new StringBuilder();
    boolean bracketed = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length() && line.charAt(i + 1) == ':') {
        field.append(':');
        i++;
      } else if (c == ':' && !bracketed) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        bracketed = fields.size() < 2 && (c == '[' || (bracketed && c != ']'));
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  private static Patterns patterns(
      String place, List<String> words, Function<String, Function<Request, Truth>> parser) {
    var some = new ArrayList<Function<Request, Truth>>();
    boolean remark = false;
    for (int i = 0; i < words.size(); i++) {
      var word = words.get(i);
      if (word.equalsIgnoreCase("EXCEPT")) {
        var rest = patterns(place, words.subList(i + 1, words.size()), parser);
        var except = remark ? new Patterns(List.of(r -> rest.have(r).and(Truth.MAYBE)), Optional.empty()) : rest;
        return new Patterns(List.copyOf(some), Optional.of(except));
      }
      if (word.startsWith("#")) {
        // The words behind it are a remark to some of those who read such files, and not to others.
        log.warn("{}: a comment has to be a line of its own, what follows counts against the client", place);
        remark = true;
      } else {
        var pattern = parser.apply(word);
        some.add(remark ? r -> pattern.apply(r).and(Truth.MAYBE) : pattern);
      }
    }
    return new Patterns(List.copyOf(some), Optional.empty());
  }

  /** Reads a daemon's name or port, or {@code daemon@host}, where a client has to have asked for it. */
  private static Function<Request, Truth> daemon(String place, String word) {
    int at = word.indexOf('@', 1);
    var name = (at < 0 ? word : word.substring(0, at)).toLowerCase(Locale.ROOT);
    if (at < 0) {
      return request -> is(name, request);
    }
    var host = HostPattern.parse(word.substring(at + 1));
    host.fault().ifPresent(why -> logUnclear(place, word, why));
    return request -> {
      var daemon = is(name, request);
      return daemon == Truth.NO ? daemon : daemon.and(host.test().of(request.server()));
    };
  }

  private static Truth is(String name, Request request) {
    var daemon = request.daemon();
    if (name.equals("all")
        || name.equals("known")
        || Wildcards.match(name, daemon)
        || (PORT.matcher(name).matches() && Integer.parseInt(name) == request.port())) {
      return Truth.YES;
    }
    // Some have ends of names here too, as of hosts.
    boolean end = (name.startsWith(".") && daemon.endsWith(name)) || (name.endsWith(".") && daemon.startsWith(name));
    return end ? Truth.MAYBE : Truth.NO;
  }

  /** Reads a host, or {@code user@host}; who the user is, is never asked. */
  private static Function<Request, Truth> client(String place, String word) {
    int at = word.indexOf('@', 1);
    boolean anyUser = at < 0 || word.substring(0, at).equalsIgnoreCase("ALL");
    var host = HostPattern.parse(at < 0 ? word : word.substring(at + 1));
    var fault = anyUser ? host.fault() : Optional.of("users are not looked up");
    fault.ifPresent(why -> logUnclear(place, word, why));
    return request -> host.test().of(request.client()).and(anyUser ? Truth.YES : Truth.MAYBE);
  }

  private static void logUnclear(String place, String word, String why) {
    log.warn("{}: {}, so \"{}\" lets nobody in and may keep anybody out", place, why, shown(word));
  }

  private static String shown(String text) {
    return text.replaceAll("\\P{Print}", "?");
  }

  private static boolean options(String place, List<String> options, boolean usuallyPermits) {
    for (int i = 0; i < options.size(); i++) {
      var words = options.get(i).strip().split("[\\s=]+", 2);
      var keyword = words[0].toLowerCase(Locale.ROOT);
      var value = words.length == 1 ? "" : words[1];
      boolean decides = keyword.equals("allow") || keyword.equals("deny");
      if (decides && value.isEmpty() && i == options.size() - 1) {
        return keyword.equals("allow");
      }
      var values = HARMLESS.get(keyword);
      if (values == null || !values.matcher(value).matches()) {
        log.warn("{}: cannot carry out the option \"{}\", whom the line has is refused", place, shown(keyword));
        return false;
      }
      if (!keyword.equals("severity")) {
        log.warn("{}: the option \"{}\" is not carried out, the line counts without it", place, keyword);
      }
    }
    return usuallyPermits;
  }

  /** Returns whether the line is about a request. */
  Truth has(Request request) {
    var daemon = daemons.have(request);
    return daemon == Truth.NO ? daemon : daemon.and(clients.have(request));
  }
}
