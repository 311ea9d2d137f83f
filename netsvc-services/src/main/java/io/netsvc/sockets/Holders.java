package io.netsvc.sockets;

import java.util.List;
import java.util.Map;

/**
 * Which processes hold some sockets, as it was when they were looked for. Immutable, and safe for use
 * by multiple concurrent threads.
 */
public final class Holders {
  private final Map<Long, List<Holder>> byInode;
  private final int hidden;

  Holders(Map<Long, List<Holder>> byInode, int hidden) {
    this.byInode = byInode;
    this.hidden = hidden;
  }

  /** Why a socket has no holder here, or that it has one. */
  public enum Visibility {
    HELD,
    /** Nobody can hold it: it is not accepted yet, or was left behind after its last close. */
    ORPHAN,
    /** No process holds it: it is the kernel's own, or in a message that nobody has received yet. */
    NOBODY_VISIBLE,
    /** No process that may be looked into holds it, but there are others. */
    NOT_PERMITTED
  }

  /** {@return the processes that hold a socket, by pid; unmodifiable, may be empty} */
  public List<Holder> of(SocketEntry socket) {
    return byInode.getOrDefault(socket.inode(), List.of());
  }

  /** {@return why {@link #of} has nobody for a socket} */
  public Visibility visibility(SocketEntry socket) {
    if (byInode.containsKey(socket.inode())) {
      return Visibility.HELD;
    }
    if (socket.inode() == 0) {
      return Visibility.ORPHAN;
    }
    return hidden > 0 ? Visibility.NOT_PERMITTED : Visibility.NOBODY_VISIBLE;
  }

  /**
   * {@return how many processes this one was not permitted to look into; one where it is not known
   * how many there are}
   */
  public int hidden() {
    return hidden;
  }
}
