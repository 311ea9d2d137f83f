package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;

/** What a reader has found in a file and those it includes, in their order. */
final class Found {
  private final List<ServiceSpec> services = new ArrayList<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final List<BrokenEntry> broken = new ArrayList<>();
  private final List<DisabledEntry> disabled = new ArrayList<>();

  void service(ServiceSpec spec) {
    services.add(spec);
  }

  void disabled(DisabledEntry entry) {
    disabled.add(entry);
  }

  /** Something odd that does not keep a service from being served. */
  void warning(String file, Position at, String message) {
    diagnostics.add(
        new Diagnostic(file, at.line(), at.column(), Diagnostic.Severity.WARNING, message));
  }

  /** Why an entry is not served, and what is known of it. */
  void broken(String file, Rejected why, BrokenEntry entry) {
    diagnostics.add(why.diagnostic(file));
    broken.add(entry);
  }

  /** What is wrong with the file beside its entries. */
  void error(String file, Rejected why) {
    diagnostics.add(why.diagnostic(file));
  }

  List<ServiceSpec> services() {
    return services;
  }

  List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  List<BrokenEntry> broken() {
    return broken;
  }

  List<DisabledEntry> disabled() {
    return disabled;
  }
}
