package io.netsvc.sockets;

import io.netsvc.text.Visible;
import java.util.OptionalLong;

/** A Unix socket: struct unix_diag_msg of sock_diag(7). */
public final class UnixEntry implements SocketEntry {
  private final SocketProtocol protocol;
  private final SocketState state;
  private final byte[] rawName;
  private final long receiveQueue;
  private final long sendQueue;
  private final int uid;
  private final long inode;
  private final long cookie;
  private final long peer;
  private final OptionalLong file;
  private final long device;
  private final int shutdown;

  UnixEntry(
      SocketProtocol protocol,
      SocketState state,
      byte[] rawName,
      long receiveQueue,
      long sendQueue,
      int uid,
      long inode,
      long cookie,
      long peer,
      OptionalLong file,
      long device,
      int shutdown) {
    this.protocol = protocol;
    this.state = state;
    this.rawName = rawName;
    this.receiveQueue = receiveQueue;
    this.sendQueue = sendQueue;
    this.uid = uid;
    this.inode = inode;
    this.cookie = cookie;
    this.peer = peer;
    this.file = file;
    this.device = device;
    this.shutdown = shutdown;
  }

  @Override
  public SocketProtocol protocol() {
    return protocol;
  }

  @Override
  public SocketState state() {
    return state;
  }

  /**
   * {@return its path, or {@code @} and its abstract name, in one line: control characters, and what
   * is no UTF-8, as {@code \xHH}; empty if it has none}
   */
  public String name() {
    return Visible.of(rawName);
  }

  /** {@return its name as the kernel has it: an abstract one begins with a NUL; may be empty} */
  public byte[] rawName() {
    return rawName.clone();
  }

  /** The device of that file, as {@code stat} of stat(2) encodes it; 0 where nobody tells. */
  long fileDevice() {
    long major = device >>> 20; // the kernel's own encoding: 12 bits and 20
    long minor = device & 0xf_ffff;
    return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12;
  }

  boolean isNamed() {
    return rawName.length > 0;
  }

  @Override
  public long receiveQueue() {
    return receiveQueue;
  }

  @Override
  public long sendQueue() {
    return sendQueue;
  }

  @Override
  public int uid() {
    return uid;
  }

  @Override
  public long inode() {
    return inode;
  }

  @Override
  public long cookie() {
    return cookie;
  }

  /** {@return the inode of the socket that it is connected to; 0 if none} */
  public long peer() {
    return peer;
  }

  /** {@return the inode of its file, in the file system that it was bound in} */
  public OptionalLong file() {
    return file;
  }

  /** {@return which directions are shut down: bit 0 for reads, bit 1 for writes; shutdown(2)} */
  public int shutdown() {
    return shutdown;
  }

  @Override
  public String toString() {
    return protocol.netid() + ' ' + state.column() + ' ' + name() + " inode " + inode;
  }
}
