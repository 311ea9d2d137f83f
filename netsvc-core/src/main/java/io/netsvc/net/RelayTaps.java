package io.netsvc.net;

/** Who sees what the relays of a {@link RelayServer} move. */
@FunctionalInterface
public interface RelayTaps {

  /**
   * Gives one for a client, whose relay is about to begin. It must not block.
   *
   * @param client the first side
   * @param upstream the second one
   */
  RelayTap tap(Connection client, Connection upstream);
}
