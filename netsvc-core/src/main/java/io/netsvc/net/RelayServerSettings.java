package io.netsvc.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Scanner;
import java.util.function.UnaryOperator;

/** The values behind {@link RelayServerOptions}. */
record RelayServerSettings(int maxRelays, UnaryOperator<RelayOptions> relay, RelayEvents events)
    implements RelayServerOptions {
  private static final int FDS_OF_A_RELAY = 4;

  /** What the rest of the process may have open. */
  private static final int SPARE = 64;

  private static final int WITHOUT_A_LIMIT = 1 << 20;

  static RelayServerSettings defaults() {
    return new RelayServerSettings(
        Math.max(1, (openFiles() - SPARE) / FDS_OF_A_RELAY), o -> o, new RelayEvents() {});
  }

  /** Returns the soft limit as proc_pid_limits(5) has it. */
  private static int openFiles() {
    try (var lines = Files.lines(Path.of("/proc/self/limits"))) {
      var line = lines.filter(l -> l.startsWith("Max open files")).findFirst().orElse("");
      var words = new Scanner(line.substring(Math.min(line.length(), "Max open files".length())));
      return words.hasNextInt() ? words.nextInt() : WITHOUT_A_LIMIT;
    } catch (IOException e) {
      return WITHOUT_A_LIMIT; // not Linux: the system refuses what is too many
    }
  }

  @Override
  public RelayServerOptions withMaxRelays(int max) {
    return new RelayServerSettings(Tuned.positive("max relays", max), relay, events);
  }

  @Override
  public RelayServerOptions withRelay(UnaryOperator<RelayOptions> options) {
    return new RelayServerSettings(maxRelays, Objects.requireNonNull(options, "options"), events);
  }

  @Override
  public RelayServerOptions withEvents(RelayEvents listener) {
    return new RelayServerSettings(maxRelays, relay, Objects.requireNonNull(listener, "events"));
  }
}
