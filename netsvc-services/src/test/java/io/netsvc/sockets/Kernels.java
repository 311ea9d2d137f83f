package io.netsvc.sockets;

/** What the kernel that runs the tests can. */
final class Kernels {
  private Kernels() {}

  /** Whether it lists TCP sockets that are bound and neither listen nor are connected. */
  static boolean listsBoundSockets() {
    return isAtLeast(6, 8);
  }

  static boolean isAtLeast(int major, int minor) {
    var version = System.getProperty("os.version").split("[^0-9]+", 3);
    int here = Integer.parseInt(version[0]) * 1000 + Integer.parseInt(version[1]);
    return here >= major * 1000 + minor;
  }
}
