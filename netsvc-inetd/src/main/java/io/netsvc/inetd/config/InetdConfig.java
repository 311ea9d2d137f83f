package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What an inetd.conf says: the services of its good lines, in order, and what is wrong with the
 * others. A broken entry yields exactly one error and leaves the rest of the file as it is, except
 * that a broken default host also breaks the entries that rely on it: they would listen elsewhere.
 *
 * <p>An entry is one line: {@code [host[,host]:]service type protocol wait user program
 * [arguments]}.
 *
 * <pre>{@code
 * 8081           stream tcp nowait     nobody ~/bin/my-program
 * [::1]:finger   stream tcp nowait.60  nobody:tty /usr/sbin/fingerd fingerd -l
 * 127.0.0.1:
 * 7              dgram  udp wait       - internal echo
 * }</pre>
 *
 * <ul>
 *   <li>A line that begins with a blank continues the entry right above it; so does any line after
 *       a line that ends with a backslash. Both begin a new word.
 *   <li>A line whose first word begins with {@code #} is a comment. One that begins with {@code
 *       #<off>#} is an entry that update-inetd(8) has turned off: see {@link #disabled}.
 *   <li>A word may be put in single or double quotes, which keep its blanks; there are no escapes.
 *   <li>{@code host:} alone sets the hosts for the entries below that name none, {@code *:} resets
 *       them to all addresses.
 * </ul>
 *
 * <p>Configurations are immutable and safe for use by multiple concurrent threads.
 */
public final class InetdConfig {
  /** Diagnostics by file, and in the order of each. */
  public static final Comparator<Diagnostic> BY_PLACE =
      Comparator.comparing(Diagnostic::file)
          .thenComparingInt(Diagnostic::line)
          .thenComparingInt(Diagnostic::column);

  private final List<ServiceSpec> services;
  private final List<Diagnostic> diagnostics;
  private final List<BrokenEntry> broken;
  private final List<DisabledEntry> disabled;
  private final boolean partial;

  private InetdConfig(
      List<ServiceSpec> services,
      List<Diagnostic> diagnostics,
      List<BrokenEntry> broken,
      List<DisabledEntry> disabled,
      boolean partial) {
    this.partial = partial;
    this.services = List.copyOf(services);
    this.diagnostics = diagnostics.stream().sorted(BY_PLACE).toList();
    this.broken = List.copyOf(broken);
    this.disabled = List.copyOf(disabled);
  }

  /** {@return a configuration of services that are made in Java} */
  public static InetdConfig of(List<ServiceSpec> services) {
    return new InetdConfig(services, List.of(), List.of(), List.of(), false);
  }

  /**
   * Reads a text; whatever it holds, this does not fail. A text in no file includes by absolute
   * paths alone.
   *
   * @param name how diagnostics name the text
   */
  public static InetdConfig parse(String name, CharSequence text) {
    return parse(name, text, Dialect.INETD);
  }

  /** Reads a text in a dialect, as {@link #parse(String, CharSequence)}. */
  public static InetdConfig parse(String name, CharSequence text, Dialect dialect) {
    var found = new Found();
    Dialects.read(dialect, new Includes(), found).read(Objects.requireNonNull(name, "name"), text.toString());
    return of(found);
  }

  /**
   * Reads a file in UTF-8, in the dialect that its name and text look like. Other bytes are an error
   * where they are part of an entry, and ignored in comments.
   *
   * @throws IOException if the file cannot be read
   */
  public static InetdConfig read(Path file) throws IOException {
    return read(file, Dialects.guess(file.toString(), Includes.text(file)));
  }

  /** Reads a file in a dialect, as {@link #read(Path)}. */
  public static InetdConfig read(Path file, Dialect dialect) throws IOException {
    var found = new Found();
    var includes = new Includes();
    var text = Includes.text(file);
    var reader = Dialects.read(dialect, includes, found);
    includes.begin(file, text, reader);
    return of(found);
  }

  /** {@return the services of this one and those of another one after them} */
  public InetdConfig and(InetdConfig other) {
    return new InetdConfig(
        joined(services, other.services),
        joined(diagnostics, other.diagnostics),
        joined(broken, other.broken),
        joined(disabled, other.disabled),
        partial || other.partial);
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static InetdConfig of(Found found) {
    found.separateFamilies();
    return new InetdConfig(
        found.services(), found.diagnostics(), found.broken(), found.disabled(), found.isPartial());
  }

  /** {@return this configuration in a dialect, and what that cannot say} */
  public Printed printed(Dialect dialect) {
    return Dialects.print(dialect, this);
  }

  /**
   * Returns this configuration after a further check of each service, for what a parser cannot
   * know: whether names resolve, whether the user exists. A service with an error is left out.
   *
   * @param check returns what is wrong with a service, nothing if all is well
   */
  public InetdConfig checked(Function<? super ServiceSpec, ? extends List<Diagnostic>> check) {
    var good = new ArrayList<ServiceSpec>();
    var found = new ArrayList<>(diagnostics);
    var bad = new ArrayList<>(broken);
    for (var service : services) {
      var faults = check.apply(service);
      found.addAll(faults);
      if (faults.stream().noneMatch(Diagnostic::isError)) {
        good.add(service);
      } else {
        bad.add(BrokenEntry.of(service));
      }
    }
    return new InetdConfig(good, found, bad, disabled, partial);
  }

  /** {@return the services of the good entries, in the order of the file} */
  public List<ServiceSpec> services() {
    return services;
  }

  /** {@return all errors and warnings, in the order of the file} */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** {@return the entries that are turned off by Debian's mark, in the order of the file} */
  public List<DisabledEntry> disabled() {
    return disabled;
  }

  /** {@return what is known of each broken entry} */
  public List<BrokenEntry> broken() {
    return broken;
  }

  /**
   * {@return whether some of it could not be read at all, such as an included file, so that there may
   * be entries of which nothing is known}
   */
  public boolean isPartial() {
    return partial;
  }

  /** {@return whether any entry is broken} */
  public boolean hasErrors() {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }
}
