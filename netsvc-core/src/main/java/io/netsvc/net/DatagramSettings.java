package io.netsvc.net;

import static io.netsvc.net.Tuned.positive;

/**
 * The values behind {@link DatagramOptions}.
 *
 * @param sendBuffer bytes, or 0 for the kernel's default
 * @param receiveBuffer bytes, or 0 for the kernel's default
 */
record DatagramSettings(boolean dualStack, boolean reusePort, int sendBuffer, int receiveBuffer)
    implements DatagramOptions {
  static final DatagramSettings DEFAULTS = new DatagramSettings(false, false, 0, 0);

  @Override
  public DatagramOptions withDualStack(boolean dualStack) {
    return new DatagramSettings(dualStack, reusePort, sendBuffer, receiveBuffer);
  }

  @Override
  public DatagramOptions withReusePort(boolean reusePort) {
    return new DatagramSettings(dualStack, reusePort, sendBuffer, receiveBuffer);
  }

  @Override
  public DatagramOptions withSendBuffer(int bytes) {
    return new DatagramSettings(dualStack, reusePort, positive("send buffer", bytes), receiveBuffer);
  }

  @Override
  public DatagramOptions withReceiveBuffer(int bytes) {
    return new DatagramSettings(dualStack, reusePort, sendBuffer, positive("receive buffer", bytes));
  }
}
