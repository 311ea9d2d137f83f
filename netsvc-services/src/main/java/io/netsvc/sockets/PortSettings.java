package io.netsvc.sockets;

import io.netsvc.net.AddressText;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/** The values behind {@link PortBinding}; an address is of IPv4 if IPv6 had it mapped. */
record PortSettings(
    SocketProtocol protocol,
    InetAddress address,
    int port,
    boolean v6Only,
    boolean reuseAddress,
    boolean reusePort,
    String device,
    int uid,
    boolean listening)
    implements PortBinding {

  static PortSettings of(SocketProtocol protocol, InetSocketAddress socket) {
    if (protocol != SocketProtocol.TCP && protocol != SocketProtocol.UDP) {
      throw new IllegalArgumentException("neither TCP nor UDP: " + protocol.netid());
    }
    var address = socket.getAddress();
    if (address == null) {
      throw new IllegalArgumentException("not resolved: " + socket);
    }
    return new PortSettings(
        protocol, unmapped(address), socket.getPort(), false, false, false, "", 0, true);
  }

  /** A mapped address stays one only if it was made as an Inet6Address by name. */
  private static InetAddress unmapped(InetAddress address) {
    try {
      var plain = InetAddress.getByAddress(address.getAddress());
      return plain instanceof Inet4Address ? plain : address; // the other keeps its zone
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // its length is that of an address
    }
  }

  @Override
  public PortBinding withV6Only(boolean v6Only) {
    return new PortSettings(
        protocol, address, port, v6Only, reuseAddress, reusePort, device, uid, listening);
  }

  @Override
  public PortBinding withReuseAddress(boolean reuseAddress) {
    return new PortSettings(
        protocol, address, port, v6Only, reuseAddress, reusePort, device, uid, listening);
  }

  @Override
  public PortBinding withReusePort(boolean reusePort) {
    return new PortSettings(
        protocol, address, port, v6Only, reuseAddress, reusePort, device, uid, listening);
  }

  @Override
  public PortBinding withDevice(String device) {
    Objects.requireNonNull(device, "device");
    return new PortSettings(
        protocol, address, port, v6Only, reuseAddress, reusePort, device, uid, listening);
  }

  @Override
  public PortBinding withUid(int uid) {
    return new PortSettings(
        protocol, address, port, v6Only, reuseAddress, reusePort, device, uid, listening);
  }

  @Override
  public PortBinding withListening(boolean listening) {
    return new PortSettings(
        protocol, address, port, v6Only, reuseAddress, reusePort, device, uid, listening);
  }

  boolean isWildcard() {
    return address.isAnyLocalAddress();
  }

  boolean takesIpv4() {
    return !isIpv6() || (isWildcard() && !v6Only);
  }

  boolean isIpv6() {
    return address instanceof Inet6Address;
  }

  /** The number of the device that a link-local address says; 0 if it says none. */
  int zone() {
    return address instanceof Inet6Address six && six.isLinkLocalAddress() ? six.getScopeId() : 0;
  }

  /** As ss(8) writes it: {@code 0.0.0.0%lo:80}, {@code [::]%lo:80}. */
  @Override
  public String toString() {
    var text = AddressText.of(address);
    var host = isIpv6() ? '[' + text + ']' : text;
    return host + (device.isEmpty() ? "" : '%' + device) + ':' + port;
  }
}
