package io.netsvc.inetd;

import io.netsvc.linux.HostNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of clients and the addresses of names, by the system's resolver. A question waits for a
 * few seconds at most, on a thread that may wait: a virtual one and not an event loop's. Questions
 * about clients, whom anybody can make slow to answer, do not hold up those about names in rules.
 */
class PeerNames {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final int CLIENT_THREADS = 8;
  private static final int RULE_THREADS = 2;

  /** A name whose last label has a letter and is no number: else resolvers take it for an address. */
  private static final Pattern NAME =
      Pattern.compile("([a-z0-9_-]+\\.)*(?!0x[0-9a-f]*$)[0-9_-]*[a-z][a-z0-9_-]*");

  private final NameService service;
  private final Lookups<InetAddress, PeerName> names;
  private final Lookups<String, Optional<List<InetAddress>>> addresses;

  /** What answers, and blocks until it does. */
  interface NameService {
    /** Returns the name that an address is said to have, empty if it has none. */
    Optional<String> name(InetAddress address) throws IOException;

    /** Returns the addresses of a name that has some. */
    List<InetAddress> addresses(String name) throws UnknownHostException;

    /** Returns the system's. */
    static NameService ofTheSystem() {
      return new NameService() {
        @Override
        public Optional<String> name(InetAddress address) throws IOException {
          return HostNames.of(address);
        }

        @Override
        public List<InetAddress> addresses(String name) throws UnknownHostException {
          return List.of(InetAddress.getAllByName(name));
        }
      };
    }
  }

  PeerNames() {
    this(NameService.ofTheSystem(), DEADLINE, System::nanoTime);
  }

  PeerNames(NameService service, Duration deadline, LongSupplier nanoTime) {
    this.service = service;
    this.names =
        new Lookups<>(
            "netsvc-names", CLIENT_THREADS, this::look, PeerName.Missing.UNAVAILABLE, deadline.toNanos(), nanoTime);
    this.addresses =
        new Lookups<>(
            "netsvc-hosts", RULE_THREADS, this::look, Optional.empty(), deadline.toNanos(), nanoTime);
  }

  /** Returns whether a text in lower case may name a host. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** {@return the name of an address, as far as it can be told} */
  PeerName of(InetAddress address) {
    return names.get(address);
  }

  /** {@return the addresses of a name in a rule; empty if they cannot be had, or there are none} */
  Optional<List<InetAddress>> addresses(String name) {
    return addresses.get(name);
  }

  private PeerName look(InetAddress address) {
    try {
      var said = service.name(address);
      if (said.isEmpty()) {
        return PeerName.Missing.NONE;
      }
      var name = said.get().toLowerCase(Locale.ROOT);
      return isName(name) && service.addresses(name).contains(address)
          ? new PeerName.Verified(name)
          : PeerName.Missing.FORGED;
    } catch (IOException e) {
      log.debug("no name peer={} cause=\"{}\"", address.getHostAddress(), e.getMessage());
      return PeerName.Missing.UNAVAILABLE;
    }
  }

  private Optional<List<InetAddress>> look(String name) {
    try {
      return Optional.of(service.addresses(name));
    } catch (UnknownHostException e) {
      log.warn("an access rule's host has no address: where it grants it lets nobody in, and where"
          + " it denies everybody counts as it host={} cause=\"{}\"", name, e.getMessage());
      return Optional.empty();
    }
  }
}
