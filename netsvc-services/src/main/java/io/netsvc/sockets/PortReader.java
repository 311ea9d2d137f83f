package io.netsvc.sockets;

import io.netsvc.services.NoSuchServiceException;
import io.netsvc.services.ServicesDatabase;
import io.netsvc.text.NearWords;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The ports of a filter. */
final class PortReader {
  static final String EXPECTED = "a port (0 to 65535, or a service's name)";

  private final FilterText in;
  private final Supplier<ServicesDatabase> services;

  /**
   * Reads ports.
   *
   * @param services is asked for the services when there is a name
   */
  PortReader(FilterText in, Supplier<ServicesDatabase> services) {
    this.in = in;
    this.services = services;
  }

  /** {@return the port; empty for {@code *}, which is any} */
  OptionalInt read(FilterWord word) {
    var text = word.text();
    if (text.equals("*")) {
      return OptionalInt.empty();
    }
    if (text.isEmpty()) {
      throw in.unexpected(word, EXPECTED);
    }
    return OptionalInt.of(isNumber(text) ? number(word) : named(word));
  }

  /** Whether a text is a port without asking for services: a number in range, or any. */
  static boolean isPlain(String text) {
    return text.equals("*")
        || (isNumber(text) && text.length() <= 5 && Integer.parseInt(text) <= 0xffff);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private int number(FilterWord word) {
    try {
      int port = Integer.parseInt(word.text());
      if (port <= 0xffff) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Beyond an int.
    }
    throw in.unexpected(word, EXPECTED);
  }

  private int named(FilterWord word) {
    var name = word.text();
    var database = services.get();
    var tcp = database.port(name, "tcp");
    var udp = database.port(name, "udp");
    if (tcp.isPresent() && udp.isPresent() && tcp.getAsInt() != udp.getAsInt()) {
      throw in.failure(
          word.position(),
          FilterText.quote(name)
              + " is port "
              + tcp.getAsInt()
              + " of TCP and "
              + udp.getAsInt()
              + " of UDP; expected a number");
    }
    try {
      return tcp.orElseGet(() -> udp.orElseGet(() -> database.resolve(name)));
    } catch (NoSuchServiceException e) {
      throw in.unexpected(word, EXPECTED, NearWords.hint(e.suggestions()));
    }
  }
}
