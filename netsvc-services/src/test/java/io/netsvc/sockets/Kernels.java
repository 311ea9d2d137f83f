package io.netsvc.sockets;

/** What the kernel that runs the tests can. */
final class Kernels {
  private Kernels() {}

  /** Whether it lists TCP sockets that are bound and neither listen nor are connected. */
  static boolean listsBoundSockets() {
    var version = System.getProperty("os.version").split("[^0-9]+", 3);
    return Integer.parseInt(version[0]) * 100 + Integer.parseInt(version[1]) >= 608;
  }
}
