package io.netsvc.sockets;

import io.netsvc.services.ServicesDatabase;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A filter in the language of ss(8): {@code state established and ( sport = :ssh or dst 10.0.0.0/8
 * )}.
 *
 * <pre>{@code
 * filter     = { ( "state" | "exclude" ) STATE } [ expression ]
 * expression = predicate | "(" expression ")" | "not" expression
 *            | expression [ "and" ] expression | expression "or" expression
 * predicate  = ( "src" | "dst" ) [ equality ] [ family ] [ ADDRESS [ "/" BITS ] ] [ ":" PORT ]
 *            | ( "src" | "dst" ) [ equality ] "unix:" PATTERN
 *            | ( "sport" | "dport" ) [ equality | order ] [ family ] [ ":" ] PORT
 *            | "dev" [ equality ] NAME | "fwmark" [ equality ] MARK [ "/" MASK ]
 *            | "cgroup" [ equality ] PATH | "autobound"
 * family     = "inet:" | "inet6:"
 * equality   = "=" | "!="
 * order      = "<" | "<=" | ">" | ">="
 * }</pre>
 *
 * {@code not} binds tightest and {@code or} least. The other words of ss for an operator, such as
 * {@code &&} and {@code neq}, are the same here, and blanks around operators and parentheses may be
 * left out. A state is one of TCP's, such as {@code time-wait}, or {@code all}, {@code connected},
 * {@code synchronized}, {@code bucket}, {@code big} or {@code bound-inactive}. An address of IPv4 is
 * also one of a socket of IPv6 that has it mapped; one of IPv6 goes into brackets. A port is a
 * number or the name of a service; {@code *} is any. A pattern is one of fnmatch(3), without regard
 * to case.
 *
 * <p>It differs from ss in this: {@code and} binds tighter than {@code or}, as the manual page of ss
 * has it, while ss takes them from left to right. A Unix socket has no port, and its peer no name.
 * {@code inet:}, {@code inet6:} and {@code unix:} are of their predicate and not of the whole
 * filter. {@code autobound} is by the range of ephemeral ports, even for one that was asked for. A
 * device is a name, and a mark that the kernel does not tell equals none. A bound, inactive socket
 * is not connected. What can match nothing, such as port 99999, is an error.
 *
 * <p>Filters are immutable and safe for use by multiple concurrent threads.
 */
public final class SocketFilter {
  private final Optional<Set<SocketState>> states;
  private final OptionalInt stateBits;
  private final Predicate<SocketEntry> predicate;
  private final OptionalInt localPort;

  SocketFilter(
      Optional<Set<SocketState>> states, Predicate<SocketEntry> predicate, OptionalInt localPort) {
    this.states = states;
    this.stateBits =
        states.isPresent() ? OptionalInt.of(SocketState.bits(states.get())) : OptionalInt.empty();
    this.predicate = predicate;
    this.localPort = localPort;
  }

  /**
   * Reads a filter, with the services of {@link ServicesDatabase#system} if it names one.
   *
   * @throws SocketFilterException if it is none
   * @throws java.io.UncheckedIOException if the services cannot be read
   * @see #parse(String, ServicesDatabase)
   */
  public static SocketFilter parse(String text) {
    return parse(text, ServicesDatabase::system);
  }

  /**
   * Reads a filter; an empty one takes every socket. Hosts' names are resolved now, which may take
   * time, and one with several addresses is any of them; the id of a control group and the range of
   * ephemeral ports are taken now too, the latter of this process's network namespace.
   *
   * @throws SocketFilterException if it is none, or if a name, a service or a control group is not
   *     known
   */
  public static SocketFilter parse(String text, ServicesDatabase services) {
    Objects.requireNonNull(services);
    return parse(text, () -> services);
  }

  private static SocketFilter parse(String text, Supplier<ServicesDatabase> services) {
    var in = new FilterText(text);
    var states = StateWords.read(in);
    var condition = new FilterParser(in, new PortReader(in, services)).parse();
    return new SocketFilter(states, condition, condition.localPort());
  }

  /** {@return whether an entry is one that this filter takes, whatever its state} */
  boolean test(SocketEntry entry) {
    return predicate.test(entry);
  }

  /** {@return the states that it takes, if it says so} */
  Optional<Set<SocketState>> states() {
    return states;
  }

  /** {@return the same as the kernel's bits} */
  OptionalInt stateBits() {
    return stateBits;
  }

  /** {@return the local port without which it takes no socket, for the kernel to look for} */
  OptionalInt localPort() {
    return localPort;
  }
}
