package io.netsvc.inetd;

import java.util.Locale;

/** How a service's socket carries data. */
public enum SocketType {
  /** A connection per client. */
  STREAM,
  /** One socket that receives everybody's datagrams. */
  DGRAM;

  /** {@return the word in the file} */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }
}
