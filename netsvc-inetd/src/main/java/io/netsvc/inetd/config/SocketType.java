package io.netsvc.inetd.config;

import java.util.Locale;
import java.util.Optional;

/** How a service's socket carries data. */
public enum SocketType {
  /** A connection per client. */
  STREAM,
  /** One socket that receives everybody's datagrams. */
  DGRAM,
  /** A connection per client, which keeps the boundaries of messages; Unix alone. */
  SEQPACKET;

  /** {@return the type of that word} */
  static Optional<SocketType> of(String keyword) {
    for (var type : values()) {
      if (type.keyword().equals(keyword)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** {@return the word in the file} */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }
}
