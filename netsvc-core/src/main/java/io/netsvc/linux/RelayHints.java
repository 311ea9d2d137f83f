package io.netsvc.linux;

/** What a relay asks a connection that only the layers of this library can answer. */
public interface RelayHints {

  /** {@return whether the peer has still to acknowledge bytes; false where nobody can tell} */
  default boolean unsent() {
    return false;
  }

  /** {@return whether each read is one message, which a buffer of 64 KiB is to take whole} */
  default boolean isOfMessages() {
    return false;
  }

  /** {@return whether the network may lose what is sent, so that there is no end of it either} */
  default boolean isLossy() {
    return false;
  }
}
