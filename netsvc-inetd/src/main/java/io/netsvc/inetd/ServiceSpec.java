package io.netsvc.inetd;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One entry of a configuration file as it was written: names are not resolved and {@code ~/} is not
 * expanded. An empty limit or size means the server's default.
 *
 * @param file the file as it was named
 * @param line the line on which the entry begins, from 1
 * @param hosts the host names and addresses to listen at, without brackets; empty means all
 * @param service a port from 1 to 65535 or a service's name; with {@link Protocol#UNIX} a path
 * @param type the socket type
 * @param protocol the protocol
 * @param waits whether the server hands over its socket and waits for the program to end; it does so
 *     with any datagram program, and never where the service is internal
 * @param maxPerMinute how often the service may start in a minute; clients wait for the rest of it
 * @param maxChildren how many instances may run at once, unless it waits; clients wait meanwhile
 * @param maxPerMinutePerSource how often it may start in a minute for one client address
 * @param maxChildrenPerSource how many instances may run at once for one client address
 * @param sendBuffer the socket's send buffer in bytes
 * @param receiveBuffer the socket's receive buffer in bytes
 * @param account the user field without a login class; see {@link #dotted()}
 * @param user the user to run as, or {@code -} for the server's own
 * @param group the group to run as, if one was given
 * @param program {@code internal}, or a path that begins with {@code /} or {@code ~/}
 * @param argv the arguments from the program's name on, never empty; where the file has none, the
 *     last name of {@code program}; for an internal service, the handler's name and its arguments,
 *     where the file has none {@code service}
 * @param positions where each field was written
 */
public record ServiceSpec(
    String file,
    int line,
    List<String> hosts,
    String service,
    SocketType type,
    Protocol protocol,
    boolean waits,
    OptionalInt maxPerMinute,
    OptionalInt maxChildren,
    OptionalInt maxPerMinutePerSource,
    OptionalInt maxChildrenPerSource,
    OptionalInt sendBuffer,
    OptionalInt receiveBuffer,
    String account,
    String user,
    Optional<String> group,
    String program,
    List<String> argv,
    Map<Field, Position> positions) {

  /** The program field of a service that the server itself performs. */
  static final String INTERNAL = "internal";

  /**
   * Copies the collections.
   *
   * @throws IllegalArgumentException if {@code argv} is empty
   */
  public ServiceSpec {
    hosts = List.copyOf(hosts);
    argv = List.copyOf(argv);
    positions = Map.copyOf(positions);
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("argv is empty");
    }
  }

  /** {@return whether the server itself performs the service} */
  public boolean internal() {
    return program.equals(INTERNAL);
  }

  /** {@return the service and protocol for logs, such as {@code 8081/tcp}; the path of a Unix socket} */
  public String name() {
    return protocol == Protocol.UNIX ? service : service + '/' + protocol.keyword();
  }

  /** {@return the port, if the service is a number} */
  public OptionalInt port() {
    return protocol == Protocol.UNIX ? OptionalInt.empty() : Numbers.parse(service);
  }

  /**
   * {@return whether user and group were written as {@code user.group}; the field may then mean a
   * user whose name has a dot, so {@link #account()} is to be looked up first}
   */
  public boolean dotted() {
    return group.isPresent() && account.indexOf(':') < 0;
  }

  /** {@return where a field was written; the entry's first line and column 1 if it is not known} */
  public Position position(Field field) {
    return positions.getOrDefault(field, new Position(Math.max(line, 1), 1));
  }

  /** {@return an error at a field of this entry} */
  public Diagnostic error(Field field, String message) {
    return diagnostic(field, Diagnostic.Severity.ERROR, message);
  }

  /** {@return a warning at a field of this entry} */
  public Diagnostic warning(Field field, String message) {
    return diagnostic(field, Diagnostic.Severity.WARNING, message);
  }

  /** {@return whether the other entry asks for the same, wherever either was written} */
  public boolean sameAs(ServiceSpec other) {
    return unplaced().equals(other.unplaced());
  }

  private Diagnostic diagnostic(Field field, Diagnostic.Severity severity, String message) {
    var at = position(field);
    return new Diagnostic(file, at.line(), at.column(), severity, message);
  }

  /** {@return the same at other hosts, for another service, and without its place in a file} */
  ServiceSpec at(List<String> otherHosts, String otherService) {
    return new ServiceSpec(
        "", 0, otherHosts, otherService, type, protocol, waits, maxPerMinute, maxChildren,
        maxPerMinutePerSource, maxChildrenPerSource, sendBuffer, receiveBuffer, account, user,
        group, program, argv, Map.of());
  }

  private ServiceSpec unplaced() {
    return at(hosts, service);
  }
}
