package io.netsvc.sockets;

import io.netsvc.linux.Sysctl;

/** Ports from one to another. */
record PortRange(int first, int last) {
  /**
   * {@return those that the kernel chooses from where nobody asks for one, in the network namespace of
   * this process: ip(7)}
   */
  static PortRange ephemeral() {
    var words = Sysctl.text("net/ipv4/ip_local_port_range").split("\\s+", 2);
    try {
      return new PortRange(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return new PortRange(32_768, 60_999); // the kernel's default
    }
  }

  boolean has(int port) {
    return port >= first && port <= last;
  }
}
