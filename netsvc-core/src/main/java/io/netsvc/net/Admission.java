package io.netsvc.net;

/**
 * Whom a listener serves, and how many at a time.
 *
 * @param maxConnections or 0 for what the limit of fds allows
 */
record Admission(int maxConnections, AccessRules access) {
  static final Admission DEFAULT = new Admission(0, AccessRules.anyone());

  /** {@return where the listener's connections have room} */
  Room room() {
    return maxConnections > 0 ? new Room(maxConnections) : Room.ofTheProcess();
  }
}
