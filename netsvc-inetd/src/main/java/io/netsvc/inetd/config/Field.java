package io.netsvc.inetd.config;

/** A field of an entry, in the order of the file. */
enum Field {
  /** The addresses and the service. */
  SERVICE(0, "a service"),
  /** The socket type. */
  TYPE(1, "a socket type, stream or dgram"),
  /** The protocol and its buffer sizes. */
  PROTOCOL(2, "a protocol such as tcp or udp"),
  /** Whether to wait, and the limits. */
  WAIT(3, "wait or nowait"),
  /** The user and group. */
  USER(4, "a user"),
  /** The program. */
  PROGRAM(5, "a program, or internal"),
  /** The program's arguments, from its name on. */
  ARGUMENTS(6, "arguments");

  private final int index;
  private final String expectation;

  Field(int index, String expectation) {
    this.index = index;
    this.expectation = expectation;
  }

  /** Returns how many fields come before this one. */
  int index() {
    return index;
  }

  /** Returns what a message says was expected where this field is missing. */
  String expectation() {
    return expectation;
  }
}
