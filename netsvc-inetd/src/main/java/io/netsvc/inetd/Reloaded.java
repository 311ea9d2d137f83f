package io.netsvc.inetd;

import io.netsvc.inetd.config.Diagnostic;
import java.util.List;

/**
 * What has become of a server's services by a start or a reload, by their names.
 *
 * @param opened those that are new
 * @param changed those that go on otherwise, each with the attributes in which it changed, such as
 *     {@code 8080/tcp (user, args)}
 * @param unchanged those that go on as they were
 * @param kept those whose entry is broken now, and that go on as they were
 * @param closed those that are gone
 * @param diagnostics what is wrong with the configuration, in the order of the file
 */
public record Reloaded(
    List<String> opened,
    List<String> changed,
    List<String> unchanged,
    List<String> kept,
    List<String> closed,
    List<Diagnostic> diagnostics) {

  /** Copies the lists. */
  public Reloaded {
    opened = List.copyOf(opened);
    changed = List.copyOf(changed);
    unchanged = List.copyOf(unchanged);
    kept = List.copyOf(kept);
    closed = List.copyOf(closed);
    diagnostics = List.copyOf(diagnostics);
  }

  /** {@return whether any entry is broken} */
  public boolean hasErrors() {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }

  /** {@return the numbers for a log, such as {@code opened=1 changed=0 unchanged=7 kept=0 closed=0}} */
  @Override
  public String toString() {
    return "opened=" + opened.size() + " changed=" + changed.size() + " unchanged="
        + unchanged.size() + " kept=" + kept.size() + " closed=" + closed.size();
  }
}
