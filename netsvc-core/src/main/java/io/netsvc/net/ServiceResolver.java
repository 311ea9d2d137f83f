package io.netsvc.net;

/** Gives the port of a service's name; {@code ServicesDatabase::resolve} is one. */
@FunctionalInterface
public interface ServiceResolver {

  /**
   * Returns the port, 0 to 65535.
   *
   * @param protocol {@code tcp} or {@code udp}
   * @throws IllegalArgumentException if there is no such service; its message becomes the cause
   */
  int resolve(String name, String protocol);
}
