package io.netsvc.net;

/**
 * The values behind {@link ListenOptions}.
 *
 * @param sendBuffer bytes, or 0 for the kernel's default
 * @param receiveBuffer bytes, or 0 for the kernel's default
 */
record ListenSettings(
    int backlog, boolean dualStack, boolean reusePort, int sendBuffer, int receiveBuffer)
    implements ListenOptions {
  static final ListenSettings DEFAULTS = new ListenSettings(4096, false, false, 0, 0);

  @Override
  public ListenOptions withBacklog(int backlog) {
    return new ListenSettings(
        positive("backlog", backlog), dualStack, reusePort, sendBuffer, receiveBuffer);
  }

  @Override
  public ListenOptions withDualStack(boolean dualStack) {
    return new ListenSettings(backlog, dualStack, reusePort, sendBuffer, receiveBuffer);
  }

  @Override
  public ListenOptions withReusePort(boolean reusePort) {
    return new ListenSettings(backlog, dualStack, reusePort, sendBuffer, receiveBuffer);
  }

  @Override
  public ListenOptions withSendBuffer(int bytes) {
    return new ListenSettings(
        backlog, dualStack, reusePort, positive("send buffer", bytes), receiveBuffer);
  }

  @Override
  public ListenOptions withReceiveBuffer(int bytes) {
    return new ListenSettings(
        backlog, dualStack, reusePort, sendBuffer, positive("receive buffer", bytes));
  }

  static int positive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
    return value;
  }
}
