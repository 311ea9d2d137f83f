package io.netsvc.linux;

/** A socket of the Linux transport, whose fd a child can have. */
public interface FdHolder {

  /** {@return the fd, which stays this holder's} */
  Fd fd();
}
