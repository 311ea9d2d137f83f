package io.netsvc.bench;

import io.netsvc.services.ServicesDatabase;

/** The first lookup of a JVM: prints its nanoseconds, counted from main's first line. */
final class ColdLookup {
  private ColdLookup() {}

  public static void main(String[] args) {
    long begun = System.nanoTime();
    var found = ServicesDatabase.iana().find("imaps");
    long nanos = System.nanoTime() - begun;
    System.out.println(nanos);
    if (found.isEmpty()) {
      throw new IllegalStateException("imaps is not in the registry");
    }
  }
}
