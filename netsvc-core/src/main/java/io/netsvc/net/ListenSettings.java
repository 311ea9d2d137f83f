package io.netsvc.net;

import java.time.Duration;

/** The values behind {@link ListenOptions}. */
record ListenSettings(int backlog, boolean dualStack, boolean reusePort, Tuning tuning)
    implements ListenOptions, Tuned<ListenOptions> {
  static final ListenSettings DEFAULTS = new ListenSettings(4096, false, false, Tuning.DEFAULTS);

  @Override
  public ListenOptions withTuning(Tuning tuning) {
    return new ListenSettings(backlog, dualStack, reusePort, tuning);
  }

  @Override
  public ListenOptions withBacklog(int backlog) {
    return new ListenSettings(Tuned.positive("backlog", backlog), dualStack, reusePort, tuning);
  }

  @Override
  public ListenOptions withDualStack(boolean dualStack) {
    return new ListenSettings(backlog, dualStack, reusePort, tuning);
  }

  @Override
  public ListenOptions withReusePort(boolean reusePort) {
    return new ListenSettings(backlog, dualStack, reusePort, tuning);
  }

  @Override
  public ListenOptions withFastOpen(int queue) {
    return withTuning(tuning.with(Tunable.FAST_OPEN, Tuned.positive("fast open queue", queue)));
  }

  @Override
  public ListenOptions withDeferAccept(Duration wait) {
    return withTuning(tuning.with(Tunable.DEFER_ACCEPT, Tuned.seconds("accept deferral", wait)));
  }
}
