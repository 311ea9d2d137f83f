package io.netsvc.inetd.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A way to write what services a machine is to have. */
public enum Dialect {
  /**
   * inetd.conf as any Unix writes it: positional entries with the forms of all of them, and {@code
   * key = value} definitions. Where they differ, {@code tcp} means IPv4 and IPv6.
   */
  INETD,
  /** inetd.conf as OpenBSD's inetd and Debian's openbsd-inetd read it. */
  OPENBSD,
  /** inetd.conf as FreeBSD's inetd reads it. */
  FREEBSD,
  /** inetd.conf as NetBSD's inetd reads it: positional or {@code key = value}, with includes. */
  NETBSD,
  /** inetd.conf as GNU inetutils' inetd reads it. */
  GNU,
  /** inetd.conf as busybox' inetd reads it. */
  BUSYBOX,
  /** xinetd.conf(5), with includes. */
  XINETD,
  /** systemd.socket(5) units with their services; several, each below a comment of its path. */
  SYSTEMD;

  /** {@return the dialect's name in small letters} */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the dialect of that name} */
  public static Optional<Dialect> of(String keyword) {
    return List.of(values()).stream().filter(d -> d.keyword().equals(keyword)).findFirst();
  }
}
