package io.netsvc.net;

import java.time.Duration;
import java.util.Objects;

/** The values behind {@link ListenOptions}. */
record ListenSettings(
    int backlog,
    boolean dualStack,
    boolean reusePort,
    Admission admission,
    UnixAccess unix,
    Tuning tuning)
    implements ListenOptions, Tuned<ListenOptions> {
  static final ListenSettings DEFAULTS =
      new ListenSettings(
          4096, false, false, Admission.DEFAULT, UnixAccess.DEFAULT, Tuning.DEFAULTS);

  @Override
  public ListenOptions withTuning(Tuning tuning) {
    return new ListenSettings(backlog, dualStack, reusePort, admission, unix, tuning);
  }

  @Override
  public ListenOptions withBacklog(int backlog) {
    return new ListenSettings(
        Tuned.positive("backlog", backlog), dualStack, reusePort, admission, unix, tuning);
  }

  @Override
  public ListenOptions withDualStack(boolean dualStack) {
    return new ListenSettings(backlog, dualStack, reusePort, admission, unix, tuning);
  }

  @Override
  public ListenOptions withReusePort(boolean reusePort) {
    return new ListenSettings(backlog, dualStack, reusePort, admission, unix, tuning);
  }

  private ListenOptions withAdmission(Admission admission) {
    return new ListenSettings(backlog, dualStack, reusePort, admission, unix, tuning);
  }

  @Override
  public ListenOptions withMaxConnections(int maxConnections) {
    return withAdmission(
        new Admission(Tuned.positive("max connections", maxConnections), admission.access()));
  }

  @Override
  public ListenOptions withAccess(AccessRules access) {
    return withAdmission(
        new Admission(admission.maxConnections(), Objects.requireNonNull(access, "access")));
  }

  private ListenOptions withUnix(UnixAccess unix) {
    return new ListenSettings(backlog, dualStack, reusePort, admission, unix, tuning);
  }

  @Override
  public ListenOptions withUnixMode(int mode) {
    if (mode < 0 || mode > 0777) {
      throw new IllegalArgumentException(
          "Unix mode out of range: " + (mode < 0 ? "" + mode : "0" + Integer.toOctalString(mode)));
    }
    return withUnix(new UnixAccess(mode, unix.owner()));
  }

  @Override
  public ListenOptions withUnixOwner(String user, String group) {
    var owner =
        new UnixAccess.Owner(
            Objects.requireNonNull(user, "user"), Objects.requireNonNull(group, "group"));
    return withUnix(new UnixAccess(unix.mode(), owner));
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
