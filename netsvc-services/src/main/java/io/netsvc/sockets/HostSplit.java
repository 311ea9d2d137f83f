package io.netsvc.sockets;

import java.util.Optional;

/**
 * An address and a port, parted.
 *
 * @param address with its prefix, and without brackets; empty for any
 * @param port empty if there is none
 */
record HostSplit(FilterWord address, Optional<FilterWord> port) {

  /**
   * Parts them at the last colon, as ss(8) does. Without brackets, what is an address of IPv6 as a
   * whole is that; what is one both with and without its end is refused, as nobody can tell.
   */
  static HostSplit of(FilterText in, FilterWord word) {
    var text = word.text();
    if (text.startsWith("[")) {
      return bracketed(in, word);
    }
    int slash = text.indexOf('/');
    int colon = text.lastIndexOf(':');
    if (colon < slash || colon < 0 || text.indexOf('%') >= 0) {
      return new HostSplit(word, Optional.empty());
    }
    var address = word.to(colon);
    var port = word.from(colon + 1);
    if (slash < 0 && text.indexOf(':') != colon && AddressPrefix.isAddress(text)) {
      if (PortReader.isPlain(port.text()) && AddressPrefix.isAddress(address.text())) {
        throw in.failure(
            word.position(),
            "expected ["
                + address.text()
                + "]:"
                + port.text()
                + " or ["
                + text
                + "], read neither");
      }
      return new HostSplit(word, Optional.empty());
    }
    return new HostSplit(address, Optional.of(port));
  }

  /** {@code [ADDRESS]}, {@code [ADDRESS/PREFIX]} or {@code [ADDRESS]/PREFIX}, and a port. */
  private static HostSplit bracketed(FilterText in, FilterWord word) {
    var text = word.text();
    int end = text.indexOf(']');
    if (end < 0) {
      throw in.failure(word.position(), "expected \"]\" after the address, read nothing");
    }
    int colon = text.indexOf(':', end);
    int last = colon < 0 ? text.length() : colon;
    if (last > end + 1 && text.charAt(end + 1) != '/') {
      throw in.unexpected(word.from(end + 1), "\":\" and a port, or \"/\" and a prefix");
    }
    var inside = text.substring(1, end);
    if (!AddressPrefix.isLiteral(inside) || inside.indexOf(':') < 0) {
      throw in.unexpected(word.to(end).from(1), "an address of IPv6 in the brackets");
    }
    return new HostSplit(
        new FilterWord(inside + text.substring(end + 1, last), word.position() + 1),
        colon < 0 ? Optional.empty() : Optional.of(word.from(colon + 1)));
  }
}
