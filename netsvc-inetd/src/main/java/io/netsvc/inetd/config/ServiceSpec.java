package io.netsvc.inetd.config;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.Comparator;

/**
 * One service as it was written: what is said of it, by {@link Attribute}. Names are not resolved
 * and {@code ~/} is not expanded. What every dialect says has a method of its own here.
 *
 * {@snippet :
 * var web = ServiceSpec.at(Listen.tcp("8080"))
 *     .with(Attribute.PROGRAM, "/usr/sbin/micro-httpd")
 *     .with(Attribute.ARGV, List.of("micro-httpd", "/srv/www"))
 *     .with(Attribute.USER, Account.of("nobody"))
 *     .with(Attribute.INSTANCES, 20);
 * }
 *
 * <p>Services are immutable and safe for use by multiple concurrent threads. Two are equal if they
 * say the same, wherever they were written.
 */
public final class ServiceSpec {
  /** The program of a service that the server itself performs. */
  public static final String INTERNAL = "internal";

  private static final Place NOWHERE = new Place("", new Position(1, 1));

  private final Place place;
  private final Value<?>[] values; // in the order of the attributes

  private ServiceSpec(Place place, Value<?>... values) {
    this.place = place;
    this.values = values;
  }

  /** Where a service begins in a file. */
  private record Place(String file, Position at) {}

  /** What is said of one attribute, and where if it is known. */
  private record Value<T>(Attribute<T> attribute, T value, Optional<Place> at, List<Position> words) {
    boolean says(Value<?> other) {
      return attribute.equals(other.attribute) && value.equals(other.value);
    }
  }

  /** {@return a service of which nothing is said} */
  public static ServiceSpec empty() {
    return new ServiceSpec(NOWHERE);
  }

  /** {@return a service of which nothing but its places is said} */
  public static ServiceSpec at(Listen... places) {
    return empty().with(Attribute.LISTENS, List.of(places));
  }

  /** {@return the same, said to begin there in a file} */
  ServiceSpec placed(String file, Position at) {
    return new ServiceSpec(new Place(file, at), values);
  }

  /** {@return this service with one more thing said of it, instead of what was} */
  public <T> ServiceSpec with(Attribute<T> attribute, T value) {
    return with(attribute, value, Optional.empty(), List.of());
  }

  /** {@return as {@link #with(Attribute, Object)}, and where it was written} */
  <T> ServiceSpec with(Attribute<T> attribute, T value, Position at) {
    return with(attribute, value, place.file(), at);
  }

  /** {@return as {@link #with(Attribute, Object)}, and in which file it was written, and where} */
  <T> ServiceSpec with(Attribute<T> attribute, T value, String file, Position at) {
    return with(attribute, value, Optional.of(new Place(file, at)), List.of());
  }

  /** {@return as {@link #with(Attribute, Object)}, and where it was written, key and values} */
  <T> ServiceSpec with(Attribute<T> attribute, T value, String file, Word key, List<Word> words) {
    return with(
        attribute, value, Optional.of(new Place(file, key.position())), words.stream().map(Word::position).toList());
  }

  private <T> ServiceSpec with(Attribute<T> attribute, T value, Optional<Place> at, List<Position> words) {
    Objects.requireNonNull(value, attribute.key());
    int slot = slot(attribute);
    boolean replaces = slot < values.length && values[slot].attribute().equals(attribute);
    var all = new Value<?>[values.length + (replaces ? 0 : 1)];
    System.arraycopy(values, 0, all, 0, slot);
    all[slot] = new Value<>(attribute, value, at, words);
    int rest = replaces ? slot + 1 : slot;
    System.arraycopy(values, rest, all, slot + 1, values.length - rest);
    return new ServiceSpec(place, all);
  }

  /** {@return this service without what is said of an attribute} */
  public ServiceSpec without(Attribute<?> attribute) {
    Objects.requireNonNull(attribute, "attribute");
    return new ServiceSpec(
        place,
        Arrays.stream(values).filter(v -> !v.attribute().equals(attribute)).toArray(Value<?>[]::new));
  }

  private int slot(Attribute<?> attribute) {
    int slot = 0;
    while (slot < values.length && values[slot].attribute().order() < attribute.order()) {
      slot++;
    }
    return slot;
  }

  private Optional<Value<?>> value(Attribute<?> attribute) {
    int slot = slot(attribute);
    return slot < values.length && values[slot].attribute().equals(attribute)
        ? Optional.of(values[slot])
        : Optional.empty();
  }

  /** {@return what is said of an attribute, if anything} */
  @SuppressWarnings("unchecked") // an attribute's values are of its type: see with
  public <T> Optional<T> get(Attribute<T> attribute) {
    return value(attribute).map(v -> (T) v.value());
  }

  /** {@return whether that is said to be so} */
  public boolean is(Attribute<Boolean> attribute) {
    return get(attribute).orElse(false);
  }

  /** {@return the attributes of which something is said} */
  public List<Attribute<?>> attributes() {
    return Arrays.stream(values).<Attribute<?>>map(Value::attribute).toList();
  }

  /** {@return the attributes of which the other service says something else} */
  public Set<Attribute<?>> differences(ServiceSpec other) {
    var all = new TreeSet<Attribute<?>>(Comparator.comparingInt(Attribute::order));
    all.addAll(attributes());
    all.addAll(other.attributes());
    all.removeIf(attribute -> get(attribute).equals(other.get(attribute)));
    return all;
  }

  /** {@return the file as it was named, empty for none} */
  public String file() {
    return place.file();
  }

  /** {@return the line on which the service begins, from 1} */
  public int line() {
    return place.at().line();
  }

  /** {@return where an attribute was written, or where the service begins} */
  public Position position(Attribute<?> attribute) {
    return written(attribute).at();
  }

  private Place written(Attribute<?> attribute) {
    return value(attribute).flatMap(Value::at).orElse(place);
  }

  /** {@return where it is to be had, most often at one place} */
  public List<Listen> listens() {
    return get(Attribute.LISTENS).orElse(List.of());
  }

  /** {@return a name for logs: {@link Attribute#ID}, or what is asked for, such as {@code 8081/tcp}} */
  public String name() {
    return get(Attribute.ID)
        .or(() -> get(Attribute.TCPMUX).map(Tcpmux::toString))
        .or(() -> get(Attribute.RPC).map(Rpc::toString))
        .or(() -> listens().stream().findFirst().map(Listen::name))
        .or(() -> get(Attribute.ARGV).flatMap(argv -> argv.stream().findFirst()))
        .orElse("unnamed");
  }

  /** {@return whether all its sockets are of datagrams} */
  public boolean isDatagram() {
    return listens().stream().anyMatch(listen -> listen.type() == SocketType.DGRAM);
  }

  /** {@return whether the server itself performs it} */
  public boolean internal() {
    return get(Attribute.PROGRAM).filter(INTERNAL::equals).isPresent();
  }

  /** {@return whether the program gets the listening socket, and the server waits for its end} */
  public boolean waits() {
    return is(Attribute.WAIT);
  }

  /** {@return whom it runs as} */
  public Account account() {
    return get(Attribute.USER).orElse(Account.OWN);
  }

  /** {@return the arguments from the program's name on, those that go without saying included} */
  public List<String> argv() {
    return get(Attribute.ARGV)
        .filter(argv -> !argv.isEmpty())
        .orElseGet(
            () -> {
              var program = get(Attribute.PROGRAM).orElse("");
              return List.of(
                  internal()
                      ? listens().stream().findFirst().map(Listen::service).orElseGet(this::name)
                      : program.substring(program.lastIndexOf('/') + 1));
            });
  }

  /** {@return an error at an attribute of this service} */
  public Diagnostic error(Attribute<?> attribute, String message) {
    return diagnostic(attribute, Diagnostic.Severity.ERROR, message);
  }

  /** {@return an error at a word of an attribute of this service, from 0, or else at the attribute} */
  public Diagnostic error(Attribute<?> attribute, int word, String message) {
    var words = value(attribute).map(Value::words).orElse(List.of());
    if (word >= words.size()) {
      return error(attribute, message);
    }
    var at = words.get(word);
    return new Diagnostic(written(attribute).file(), at.line(), at.column(), Diagnostic.Severity.ERROR, message);
  }

  /** {@return a warning at an attribute of this service} */
  public Diagnostic warning(Attribute<?> attribute, String message) {
    return diagnostic(attribute, Diagnostic.Severity.WARNING, message);
  }

  private Diagnostic diagnostic(
      Attribute<?> attribute, Diagnostic.Severity severity, String message) {
    var written = written(attribute);
    return new Diagnostic(
        written.file(), written.at().line(), written.at().column(), severity, message);
  }

  /** {@return whether the other asks for the same, also where it says what goes without saying} */
  public boolean sameAs(ServiceSpec other) {
    return explicit().equals(other.explicit());
  }

  /** {@return the same with what goes without saying said, and nothing that only orders a file} */
  public ServiceSpec explicit() {
    return with(Attribute.ARGV, argv()).with(Attribute.USER, account()).without(Attribute.SECTION);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ServiceSpec spec) || spec.values.length != values.length) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      if (!values[i].says(spec.values[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (var value : values) {
      hash = hash * 31 + value.value().hashCode();
    }
    return hash;
  }

  /** {@return the name, and what is said} */
  @Override
  public String toString() {
    var text = new StringBuilder(name());
    for (var value : values) {
      text.append(' ').append(value.attribute()).append('=').append(value.value());
    }
    return text.toString();
  }
}
