package io.netsvc.sockets;

/**
 * Whether two sockets may share a port, and why, as Linux decides at the second's bind(2) and at
 * listen(2); both are in one network namespace. It is about these two alone: where they may share,
 * a third may have the port, the port be privileged, or the address not local.
 *
 * <p>Immutable, and safe for use by multiple concurrent threads.
 */
public final class PortConflict {

  /** What happens to the second of two. */
  public enum Outcome {
    /** Both bind, and both listen if it is TCP. */
    SHARE,
    /** The second's bind(2) fails: EADDRINUSE. */
    BIND_FAILS,
    /**
     * Both bind, as the first does not listen yet; then one listens, and listen(2) of the other
     * fails: EADDRINUSE. If the first is a connection, which never listens, the second just works.
     */
    LISTEN_FAILS
  }

  private static final String TCP_NEEDS = "both need SO_REUSEPORT and the same user";
  private static final String UDP_NEEDS =
      "both need SO_REUSEADDR, or SO_REUSEPORT and the same user";

  private final Outcome outcome;
  private final String reason;

  private PortConflict(Outcome outcome, String reason) {
    this.outcome = outcome;
    this.reason = reason;
  }

  /**
   * Tells what happens if the second binds while the first has its port. The order counts only for
   * {@link PortBinding#withListening}, which is the first's. Asks no kernel: nothing is bound.
   */
  public static PortConflict between(PortBinding first, PortBinding second) {
    var a = (PortSettings) first;
    var b = (PortSettings) second;
    var apart = PortOverlap.apart(a, b);
    if (apart.isPresent()) {
      return new PortConflict(Outcome.SHARE, apart.get());
    }
    var rule = a.protocol() == SocketProtocol.UDP ? udp(a, b) : tcp(a, b);
    return new PortConflict(rule.outcome, PortOverlap.describe(a, b) + "; " + rule.reason);
  }

  /** {@return what happens} */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * Returns why, in one line for people: where the two meet, what their options then do, and what
   * both would need. Its words may change.
   */
  public String reason() {
    return reason;
  }

  /** {@return the reason} */
  @Override
  public String toString() {
    return reason;
  }

  private static PortConflict udp(PortSettings a, PortSettings b) {
    return a.reuseAddress() && b.reuseAddress()
        ? new PortConflict(Outcome.SHARE, "both set SO_REUSEADDR, which shares ports of UDP")
        : reusePort(a, b, UDP_NEEDS);
  }

  private static PortConflict tcp(PortSettings a, PortSettings b) {
    var byPort = reusePort(a, b, TCP_NEEDS);
    if (byPort.outcome == Outcome.SHARE || !a.reuseAddress() || !b.reuseAddress()) {
      return byPort;
    }
    return a.listening()
        ? new PortConflict(
            Outcome.BIND_FAILS,
            "the first listens, and SO_REUSEADDR never lets two listeners share: " + TCP_NEEDS)
        : new PortConflict(
            Outcome.LISTEN_FAILS, "SO_REUSEADDR lets both bind, but only one listen: " + TCP_NEEDS);
  }

  private static PortConflict reusePort(PortSettings a, PortSettings b, String needs) {
    boolean both = a.reusePort() && b.reusePort();
    if (both && a.uid() == b.uid()) {
      return new PortConflict(Outcome.SHARE, "both set SO_REUSEPORT, and are of the same user");
    }
    var what =
        both
            ? "they are of different users"
            : a.reusePort()
                ? "only the first sets SO_REUSEPORT"
                : b.reusePort() ? "only the second sets SO_REUSEPORT" : "neither sets SO_REUSEPORT";
    return new PortConflict(Outcome.BIND_FAILS, what + ": " + needs);
  }
}
