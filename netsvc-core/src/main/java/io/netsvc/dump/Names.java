package io.netsvc.dump;

import io.netsvc.net.AddressText;
import io.netsvc.text.Visible;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Addresses as people read them. */
final class Names {
  private Names() {}

  static String of(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      var path = unix.getPath().toString();
      return path.isEmpty() ? "-" : "unix:" + Visible.line(path);
    }
    return Visible.line(AddressText.of(address));
  }
}
