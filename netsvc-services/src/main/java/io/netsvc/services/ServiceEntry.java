package io.netsvc.services;

import java.util.List;

/**
 * One entry of a services database, as in services(5).
 *
 * @param name the canonical name; case counts
 * @param port 0 to 65535
 * @param protocol such as {@code tcp}; empty where the file gives none
 * @param aliases other names, in file order; may repeat
 */
public record ServiceEntry(String name, int port, String protocol, List<String> aliases) {

  /** Copies the aliases. */
  public ServiceEntry {
    aliases = List.copyOf(aliases);
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
  }
}
