package io.netsvc.inetd.config;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The text of a configuration in one dialect, as it grows, and what the dialect cannot say. */
final class Printer {
  private final StringBuilder text = new StringBuilder();
  private final Set<Diagnostic> lost = new LinkedHashSet<>(); // two lines of one service may lose the same
  private final Set<String> ownUser = new HashSet<>();
  private final String dialect;
  private boolean off;

  Printer(Dialect dialect) {
    this.dialect = dialect.keyword();
  }

  /**
   * What a service may lose and still be no more than it was: whoever may have it, and whatever it
   * does, stays the same. One that loses anything else is written as off.
   */
  private static final Set<Attribute<?>> HARMLESS =
      Set.of(
          Attribute.ID, Attribute.SECTION, Attribute.BACKLOG, Attribute.SEND_BUFFER, Attribute.RECEIVE_BUFFER,
          Attribute.NO_DELAY, Attribute.KEEP_ALIVE, Attribute.DEFER_ACCEPT, Attribute.CONGESTION,
          Attribute.LOGIN_CLASS, Attribute.NICE, Attribute.BANNER, Attribute.BANNER_SUCCESS,
          Attribute.BANNER_FAIL, Attribute.INSTANCES, Attribute.PER_SOURCE, Attribute.RATE,
          Attribute.SOURCE_RATE, Attribute.MAX_LOAD, Attribute.TIME_LIMIT, Attribute.STOP_TIME,
          Attribute.LOG_TYPE, Attribute.LOG_SUCCESS, Attribute.LOG_FAILURE, Attribute.VARIABLES,
          Attribute.OTHER);

  /** Returns whether a service without these would be another one. */
  static boolean harms(Collection<? extends Attribute<?>> attributes) {
    return !HARMLESS.containsAll(attributes);
  }

  /** What writes one service. */
  interface Writer {
    void write(ServiceSpec spec, boolean off, Printer out);
  }

  /** Adds one line; what a service says can never be two, of which one is another service. */
  void line(String line) {
    text.append(line.replace('\n', '_').replace('\r', '_')).append('\n');
  }

  /** Notes that an attribute is not in the text. */
  void lost(ServiceSpec spec, Attribute<?> attribute) {
    lost(spec, attribute, "\"" + attribute.key() + "\" of " + spec.name());
  }

  void lost(ServiceSpec spec, Attribute<?> attribute, String what) {
    if (!off) { // who does not have it loses nothing
      lost.add(spec.warning(attribute, dialect + " cannot say " + what));
    }
  }

  /** Notes, once in a file, that only this server knows who its own user is. */
  void ownUser(ServiceSpec spec) {
    if (!off && ownUser.add(spec.file())) {
      lost.add(spec.warning(Attribute.USER, "user - is this server's own: put a name there"));
    }
  }

  /** Writes all services and, as what is off, those that are. */
  static Printed print(Dialect dialect, InetdConfig config, Writer writer) {
    var out = new Printer(dialect);
    config.services().forEach(spec -> writer.write(spec, false, out));
    out.off = true;
    for (var disabled : config.disabled()) {
      Optional<ServiceSpec> spec = disabled.service();
      if (spec.isPresent()) {
        writer.write(spec.get(), true, out);
      } else {
        out.line("#<off># " + disabled.text());
      }
    }
    return new Printed(out.text.toString(), List.copyOf(out.lost));
  }
}
