package io.netsvc.sockets;

/**
 * One socket of the kernel's table, as it was when it was listed. Entries are immutable and safe for
 * use by multiple concurrent threads.
 */
public sealed interface SocketEntry permits InetEntry, UnixEntry {

  /** {@return what it speaks} */
  SocketProtocol protocol();

  /** {@return its state} */
  SocketState state();

  /**
   * {@return what waits to be read: bytes, or for a listening socket the clients that wait for an
   * accept}
   */
  long receiveQueue();

  /**
   * {@return what waits to be sent or acknowledged: bytes, or for a listening socket its backlog,
   * which {@code /proc/net} does not tell: 0 then}
   */
  long sendQueue();

  /** {@return the user who made it, unsigned; 0 where the kernel does not tell} */
  int uid();

  /**
   * {@return its number, unsigned, as {@code socket:[12345]} in {@code /proc/PID/fd} has it; 0 for
   * one that no process can hold: not accepted yet, or left behind after the last close}
   */
  long inode();

  /** {@return what identifies it for its lifetime; 0 where {@code /proc/net} was read} */
  long cookie();
}
