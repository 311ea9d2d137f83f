package io.netsvc.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Names, ports and protocols of network services, as services(5) describes them and glibc reads
 * them.
 *
 * <p>The first entry that matches wins: an alias on an earlier line beats a canonical name on a
 * later one. Names and protocols are compared exactly; case counts. A method without a protocol
 * takes the first entry of any protocol; the empty protocol matches only entries that have none.
 * Ports in a file are decimal, octal ({@code 0120}) or hexadecimal ({@code 0x50}), as strtoul(3)
 * with base 0 reads them. Unlike glibc, a port beyond 65535 makes a line ignored instead of being
 * wrapped, and the end of an indented last line is read as written; {@link #diagnostics} tells where.
 *
 * <p>A database is an immutable snapshot and safe for use by multiple concurrent threads. Lookups do
 * no input or output, except that the first one that needs the embedded registry loads it.
 */
public final class ServicesDatabase {
  private static final ServicesDatabase IANA = new ServicesDatabase(Registry.IANA);

  private final Lookup lookup;

  private ServicesDatabase(Lookup lookup) {
    this.lookup = lookup;
  }

  /**
   * Reads {@code /etc/services}, or takes the embedded registry if that file does not exist. Reads
   * the file at each call; keep the result, and {@linkplain #refreshed refresh} it.
   *
   * @throws UncheckedIOException if the file exists and cannot be read
   */
  public static ServicesDatabase system() {
    return new ServicesDatabase(Snapshot.system());
  }

  /**
   * Reads a file in the format of services(5). It is taken as UTF-8 if all of it is valid UTF-8, and
   * as ISO 8859-1 otherwise, so that every byte is kept.
   *
   * @throws IOException if the file does not exist or cannot be read
   */
  public static ServicesDatabase read(Path file) throws IOException {
    return new ServicesDatabase(Snapshot.of(Objects.requireNonNull(file), false));
  }

  /** Reads text in the format of services(5). Never fails: see {@link #diagnostics}. */
  public static ServicesDatabase parse(CharSequence text) {
    return new ServicesDatabase(ServicesParser.parse(text.toString()));
  }

  /**
   * Returns the registry of IANA as it was when this library was built, with a few entries first
   * where common use differs from the registry's order: port 2049 is {@code nfs}, {@code http-alt} is
   * port 8080. Ranges of ports and unnamed assignments are not in it.
   */
  public static ServicesDatabase iana() {
    return IANA;
  }

  /** Returns a database that asks this one first, and the other where this one has no match. */
  public ServicesDatabase orElse(ServicesDatabase other) {
    return new ServicesDatabase(new Chain(lookup, other.lookup));
  }

  /** {@return the first entry with this name or alias, of any protocol} */
  public Optional<ServiceEntry> find(String name) {
    return lookup.byName(name, null);
  }

  /** {@return the first entry with this name or alias and this protocol} */
  public Optional<ServiceEntry> find(String name, String protocol) {
    return lookup.byName(name, Objects.requireNonNull(protocol));
  }

  /** {@return the first entry with this port, of any protocol; none if out of range} */
  public Optional<ServiceEntry> find(int port) {
    return lookup.byPort(port, null);
  }

  /** {@return the first entry with this port and protocol; none if out of range} */
  public Optional<ServiceEntry> find(int port, String protocol) {
    return lookup.byPort(port, Objects.requireNonNull(protocol));
  }

  /** {@return the port of the first entry with this name or alias and this protocol} */
  public OptionalInt port(String name, String protocol) {
    var entry = find(name, protocol);
    return entry.isPresent() ? OptionalInt.of(entry.get().port()) : OptionalInt.empty();
  }

  /**
   * Returns the port that a decimal number from 0 to 65535 or a service's name denotes, for any
   * protocol. A text of digits alone is always a number.
   *
   * @throws NoSuchServiceException if the name is unknown or the number out of range
   */
  public int resolve(String nameOrNumber) {
    return Resolver.port(lookup, nameOrNumber, null);
  }

  /**
   * Returns the port that a decimal number from 0 to 65535 or a service's name denotes. A text of
   * digits alone is always a number, whatever the protocol.
   *
   * @throws NoSuchServiceException if the name is unknown for this protocol or the number out of
   *     range
   */
  public int resolve(String nameOrNumber, String protocol) {
    return Resolver.port(lookup, nameOrNumber, Objects.requireNonNull(protocol));
  }

  /** {@return every entry in order, also those that an earlier one hides; unmodifiable} */
  public List<ServiceEntry> all() {
    return lookup.all();
  }

  /** {@return what was ignored or read differently from glibc, by line; unmodifiable} */
  public List<Diagnostic> diagnostics() {
    return lookup.diagnostics();
  }

  /**
   * Returns a newer snapshot if a file behind this database was rewritten, replaced, or, for {@link
   * #system}, appeared or vanished, and this same instance otherwise. A change shows in the file's
   * time, size or identity.
   *
   * @throws IOException if the file can no longer be read; this database stays usable
   */
  @SuppressWarnings("ReferenceEquality") // the same instance is how a lookup says: unchanged
  public ServicesDatabase refreshed() throws IOException {
    var current = lookup.refreshed();
    return current == lookup ? this : new ServicesDatabase(current);
  }
}
