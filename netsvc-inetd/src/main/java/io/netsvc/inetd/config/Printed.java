package io.netsvc.inetd.config;

import java.util.List;

/**
 * A configuration in some dialect.
 *
 * @param text what a file of the dialect would hold
 * @param lost what the dialect cannot say, each at its place in what it was read from
 */
public record Printed(String text, List<Diagnostic> lost) {

  /** Copies the losses. */
  public Printed {
    java.util.Objects.requireNonNull(text, "text");
    lost = List.copyOf(lost);
  }
}
