package io.netsvc.bench;

/** The program that is started again and again: {@code PROGRAM} of the environment, or /bin/true. */
final class Program {
  static final String PATH = System.getenv().getOrDefault("PROGRAM", "/bin/true");

  private Program() {}
}
