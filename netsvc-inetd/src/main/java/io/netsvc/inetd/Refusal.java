package io.netsvc.inetd;

/** Why a client was not served. */
public enum Refusal {
  /** It may not come from there. */
  ACCESS,
  /** hosts.allow and hosts.deny have it so. */
  WRAPPERS,
  /** It may not come at this time. */
  TIME,
  /** As many run as may run. */
  INSTANCES,
  /** As many run for its address as may run. */
  PER_SOURCE,
  /** As many were started as may be, for now. */
  RATE,
  /** As many were started for its address as may be, for now. */
  SOURCE_RATE,
  /** The machine has too much to do. */
  LOAD,
  /** It would answer an answer, for ever. */
  LOOP,
  /** The program fails, again and again. */
  BACK_OFF,
  /** Where it is redirected to, nobody could be reached. */
  UPSTREAM
}
