package io.netsvc.inetd.config;

import io.netsvc.text.NearWords;
import io.netsvc.process.Limit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What xinetd.conf(5) has: its attributes, how many values each takes, and which words. */
final class XinetdTerms {
  /** Attributes that may be said more than once, add up over a section, and take {@code +=}. */
  private static final Set<String> SETS =
      Set.of("log_on_success", "log_on_failure", "only_from", "no_access", "passenv", "env");

  /** Those of {@code defaults} alone; they add up too. */
  private static final Set<String> OF_DEFAULTS = Set.of("disabled", "enabled");

  /** What a section takes from the defaults where it does not say it. */
  static final Set<String> INHERITED =
      Set.of(
          "log_type", "bind", "interface", "per_source", "umask", "log_on_success", "log_on_failure", "only_from",
          "no_access", "passenv", "instances", "banner", "banner_success", "banner_fail", "cps", "max_load",
          "groups", "v6only", "mdns", "deny_time", "access_times");

  static final Map<String, Limit> LIMITS =
      Map.of(
          "rlimit_as", Limit.ADDRESS_SPACE,
          "rlimit_cpu", Limit.CPU,
          "rlimit_data", Limit.DATA,
          "rlimit_rss", Limit.RESIDENT,
          "rlimit_stack", Limit.STACK,
          "rlimit_files", Limit.OPEN_FILES);

  /** Attributes that are read as the attribute here that has the same words. */
  static final Map<String, Attribute<?>> SAME = same();

  /** Attributes that say nothing without a value, where xinetd turns the service off. */
  private static final Set<String> SOME = Set.of("type", "flags", "server_args", "log_type", "access_times");

  /** Attributes without which a service is open wider than it was to be. */
  private static final Set<String> NARROWING =
      Set.of("bind", "interface", "v6only", "group", "instances", "per_source", "cps", "max_load", "umask", "deny_time");

  private static final Set<String> ATTRIBUTES = attributes();

  private static final List<String> TYPES = List.of("RPC", "INTERNAL", "TCPMUX", "TCPMUXPLUS", "UNLISTED");
  private static final List<String> FLAGS =
      List.of(
          "IPv4", "IPv6", "KEEPALIVE", "NODELAY", "NAMEINARGS", "NOLIBWRAP", "SENSOR", "IDONLY", "INTERCEPT",
          "NORETRY", "REUSE", "LABELED");
  private static final Map<String, List<String>> LOGGED =
      Map.of(
          "log_on_success", List.of("PID", "HOST", "USERID", "EXIT", "DURATION", "TRAFFIC"),
          "log_on_failure", List.of("HOST", "USERID", "ATTEMPT"));

  private XinetdTerms() {}

  private static Map<String, Attribute<?>> same() {
    var same = new LinkedHashMap<String, Attribute<?>>();
    for (var attribute :
        List.of(
            Attribute.ID, Attribute.ONLY_FROM, Attribute.NO_ACCESS, Attribute.ACCESS_TIMES, Attribute.NICE,
            Attribute.UMASK, Attribute.ENVIRONMENT, Attribute.PASS_ENVIRONMENT, Attribute.BANNER,
            Attribute.BANNER_SUCCESS, Attribute.BANNER_FAIL, Attribute.MAX_LOAD, Attribute.LOG_TYPE,
            Attribute.LOG_SUCCESS, Attribute.LOG_FAILURE, Attribute.WAIT)) {
      same.put(attribute.key(), attribute);
    }
    return Map.copyOf(same);
  }

  private static Set<String> attributes() {
    var all = new LinkedHashSet<>(SAME.keySet());
    all.addAll(LIMITS.keySet());
    all.addAll(INHERITED);
    all.addAll(OF_DEFAULTS);
    all.addAll(
        List.of(
            "socket_type", "protocol", "user", "group", "server", "server_args", "port", "disable", "type", "flags",
            "redirect", "rpc_version", "rpc_number", "libwrap", "labeled"));
    return Set.copyOf(all);
  }

  /** Returns whether xinetd has that attribute in {@code defaults}. */
  static boolean hasDefault(String key) {
    return INHERITED.contains(key) || OF_DEFAULTS.contains(key);
  }

  /** Returns whether xinetd has that attribute. */
  static boolean has(String key) {
    return ATTRIBUTES.contains(key);
  }

  /** Returns what to say of an attribute that xinetd does not have. */
  static String unknown(String key) {
    return "read " + Word.shown(key) + ", which xinetd does not have"
        + NearWords.of(key, ATTRIBUTES).stream().findFirst().map(near -> "; expected perhaps " + near).orElse("");
  }

  /** Returns whether an attribute's values add up, in a section or in {@code defaults}. */
  static boolean isSet(String key) {
    return SETS.contains(key) || OF_DEFAULTS.contains(key);
  }

  /** Returns the other name of an attribute, or the same where it has one name. */
  static String synonym(String key) {
    return switch (key) {
      case "interface" -> "bind";
      case "bind" -> "interface";
      default -> key;
    };
  }

  /** How an attribute without a value is taken. */
  enum Empty {
    /** It says something: nobody, or nothing. */
    FINE,
    /** As in xinetd, it is as if it were not written. */
    PASSED_OVER,
    /** The service would be more than it was to be. */
    WRONG
  }

  /** Returns how an attribute without a value is taken. */
  static Empty empty(String key) {
    if (isSet(key) || !has(key)) {
      return Empty.FINE;
    }
    return SOME.contains(key) || NARROWING.contains(key) || LIMITS.containsKey(key) ? Empty.WRONG : Empty.PASSED_OVER;
  }

  /** Returns the words of {@code type} in capitals. */
  static Set<String> types(Collection<Word> words) throws Rejected {
    return known(words, TYPES);
  }

  /** Returns the words of {@code flags} in capitals. */
  static Set<String> flags(Collection<Word> words) throws Rejected {
    return known(words, FLAGS);
  }

  private static Set<String> known(Collection<Word> words, List<String> allowed) throws Rejected {
    var found = new LinkedHashSet<String>();
    for (var word : words) {
      if (!among(word, allowed)) {
        throw word.expected(choice(allowed));
      }
      found.add(word.text().toUpperCase(Locale.ROOT));
    }
    return found;
  }

  /** Returns the first word that is none of what {@code log_on_success} and the like have. */
  static Optional<Word> unlogged(String key, Collection<Word> words) {
    var allowed = LOGGED.get(key);
    return allowed == null ? Optional.empty() : words.stream().filter(word -> !among(word, allowed)).findFirst();
  }

  /** Returns what {@link #unlogged} has to choose from. */
  static String logged(String key) {
    return choice(LOGGED.getOrDefault(key, List.of()));
  }

  private static boolean among(Word word, List<String> allowed) {
    return allowed.stream().anyMatch(word.text()::equalsIgnoreCase);
  }

  private static String choice(List<String> words) {
    return "one of " + String.join(", ", words);
  }
}
