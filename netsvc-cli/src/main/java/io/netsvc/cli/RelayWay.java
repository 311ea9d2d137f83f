package io.netsvc.cli;

import io.netsvc.endpoint.End;
import io.netsvc.fault.Faults;
import io.netsvc.net.Connection;
import io.netsvc.net.RelayOptions;
import io.netsvc.net.RelayServerOptions;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of relay for what becomes of bytes on their way: timeouts, faults and dumps. */
final class RelayWay {
  private static final Duration DATAGRAMS_IDLE = Duration.ofMinutes(5);

  @Option(
      names = "--idle-timeout",
      paramLabel = "SECONDS",
      description = "Reset a relay when no byte moved for so long. Default: never; datagrams: 300.")
  private @Nullable Double idleSeconds;

  @Option(
      names = "--stall-timeout",
      paramLabel = "SECONDS",
      description = "Reset a relay when a side does not take its bytes for so long. Default: never.")
  private @Nullable Double stallSeconds;

  @Option(
      names = "--half-close-timeout",
      paramLabel = "SECONDS",
      description = "Reset a relay that is idle so long after one side's end. Default: 3600.")
  private @Nullable Double halfCloseSeconds;

  @Option(
      names = "--fault",
      split = ",",
      paramLabel = "FAULT",
      description = {
        "Make the way bad, for tests.",
        "latency=SECONDS, jitter=SECONDS, rate=BYTES a second, stall, cut=BYTES, reset=BYTES; of"
            + " datagrams also loss=SHARE and reorder=SHARE, from 0 to 1. In each direction."
            + " Repeatable."
      })
  private List<String> faultList = List.of();

  @Mixin private final Dumping dumping = new Dumping();

  private @Nullable Duration idle;
  private @Nullable Duration stall;
  private @Nullable Duration halfClose;
  private @Nullable Faults faults;
  private Dumps dumps = new Dumps();

  /**
   * Looks at what was given.
   *
   * @throws IllegalArgumentException in one line that says what was read and what is allowed
   */
  void check() {
    idle = timeout("--idle-timeout", idleSeconds);
    stall = timeout("--stall-timeout", stallSeconds);
    halfClose = timeout("--half-close-timeout", halfCloseSeconds);
    if (!faultList.isEmpty()) {
      var all = Faults.none();
      all.set(o -> FaultList.on(o, faultList));
      faults = all;
    }
  }

  /** Opens the files that are given; to be closed. */
  Dumps open() throws IOException {
    dumps = dumping.open();
    return dumps;
  }

  /** {@return whether bytes are looked at, or kept back, on their way} */
  boolean isHandled() {
    return faults != null || dumping.isWanted();
  }

  boolean isOfStreams() {
    return stall != null || halfClose != null;
  }

  @Nullable Duration idle() {
    return idle;
  }

  Upstream on(Upstream upstream) {
    return faults == null ? upstream : faults.upstream(upstream);
  }

  End on(End end) {
    return faults == null ? end : faults.end(end);
  }

  /** Returns the options of one relay. */
  RelayOptions relay(RelayOptions options, Connection first, Connection second, boolean datagrams) {
    return dumps.on(datagrams ? datagrams(options) : relay(options), first, second, datagrams);
  }

  /** Nothing else tells that a peer of datagrams is gone. */
  private RelayOptions datagrams(RelayOptions options) {
    var all = relay(options);
    return idle == null ? all.withIdleTimeout(DATAGRAMS_IDLE) : all;
  }

  /** Returns the options of a server's relays. */
  RelayServerOptions serving(RelayServerOptions options, boolean datagrams) {
    var all = options.withRelay(datagrams ? this::datagrams : this::relay);
    return dumps.isEmpty()
        ? all
        : all.withTaps((client, upstream) -> dumps.tap(client, upstream, datagrams));
  }

  private RelayOptions relay(RelayOptions options) {
    var all = options;
    all = idle == null ? all : all.withIdleTimeout(idle);
    all = stall == null ? all : all.withStallTimeout(stall);
    all = halfClose == null ? all : all.withHalfCloseTimeout(halfClose);
    return all;
  }

  private static @Nullable Duration timeout(String option, @Nullable Double value) {
    return value == null ? null : Seconds.of(option, value);
  }
}
