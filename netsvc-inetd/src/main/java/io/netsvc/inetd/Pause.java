package io.netsvc.inetd;

/** Why a socket is not watched. */
enum Pause {
  /** Another process is about to have it. */
  LEAVING(ServiceState.State.LISTENING),
  /** Somebody finds out whether the next client may have it. */
  ASKING(ServiceState.State.LISTENING),
  /** A program has the socket; this reason alone survives a change of the entry. */
  HANDED_OVER(ServiceState.State.HANDED_OVER),
  /** As many run as may run. */
  FULL(ServiceState.State.FULL),
  /** As many were started as may be, for now. */
  RATE(ServiceState.State.RATE),
  /** The program ends at once. */
  BACK_OFF(ServiceState.State.BACK_OFF);

  private final ServiceState.State state;

  Pause(ServiceState.State state) {
    this.state = state;
  }

  /** What the entry does then. */
  ServiceState.State state() {
    return state;
  }
}
