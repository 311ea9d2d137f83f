package io.netsvc.inetd.config;

import java.util.Objects;
import java.util.Optional;

/**
 * A service that the file has and keeps off: by Debian's mark {@code #<off>#}, NetBSD's {@code off}
 * or xinetd's {@code disable = yes}.
 *
 * @param position where its own text begins, after a mark
 * @param section the label of the last {@code #:LABEL:} line above it, empty if there is none
 * @param text as it was written, without a mark
 * @param service what it would be, if it reads well
 */
public record DisabledEntry(
    Position position, String section, String text, Optional<ServiceSpec> service) {

  /** Checks that nothing is null. */
  public DisabledEntry {
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(section, "section");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(service, "service");
  }
}
