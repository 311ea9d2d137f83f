package io.netsvc.linux;

import java.util.Optional;
import java.util.Set;

/** Whether this JVM can make the system calls of this package. */
public final class NativeAccess {
  private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

  private NativeAccess() {}

  private static final class Holder {
    static final Optional<String> MISSING = look();
  }

  /** {@return what is missing, in one line for people; empty if nothing is} */
  public static Optional<String> missing() {
    return Holder.MISSING;
  }

  private static Optional<String> look() {
    var system = System.getProperty("os.name");
    var architecture = System.getProperty("os.arch");
    if (!system.equals("Linux") || !ARCHITECTURES.contains(architecture)) {
      return Optional.of("Linux on x86-64 or aarch64, but this is " + system + ' ' + architecture);
    }
    try {
      Credentials.effectiveUid();
      return Optional.empty();
    } catch (LinkageError | IllegalCallerException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      return Optional.of("--enable-native-access=io.netsvc.core: " + cause.getMessage());
    }
  }
}
