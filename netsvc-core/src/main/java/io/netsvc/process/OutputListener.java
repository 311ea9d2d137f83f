package io.netsvc.process;

import java.nio.ByteBuffer;

/** What gets a program's output; called on an event loop, one call at a time: it must not block. */
public interface OutputListener {

  /** Takes bytes as they come; the buffer is there for the time of the call. */
  void written(ByteBuffer bytes);

  /** Nothing comes any more: the program and all that it gave the pipe to have closed it. */
  default void ended() {}
}
