package io.netsvc.net;

/** How an orderly stop ended. */
public enum Stopped {
  /** Everything had ended by itself in time. */
  GRACEFUL,
  /** The time ran out, and what was still there was ended. */
  FORCED
}
