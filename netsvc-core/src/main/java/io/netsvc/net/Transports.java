package io.netsvc.net;

import io.netsvc.linux.NativeAccess;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the transport, once: Linux sockets of our own where they work, else those of {@code
 * java.nio}. The system property {@value #PROPERTY}, {@code linux} or {@code nio}, forces one.
 */
final class Transports {
  static final String PROPERTY = "io.netsvc.transport";

  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private static @Nullable Transport chosen;

  private Transports() {}

  static synchronized Transport chosen() {
    var transport = chosen;
    if (transport == null) {
      transport = choose(System.getProperty(PROPERTY));
      chosen = transport;
    }
    return transport;
  }

  private static Transport choose(@Nullable String wanted) {
    if (wanted == null) {
      try {
        return linux();
      } catch (UnsupportedOperationException e) {
        log.info("using NIO sockets cause=\"{}\"", e.getMessage());
        return new NioTransport();
      }
    }
    return switch (wanted) {
      case "linux" -> linux();
      case "nio" -> new NioTransport();
      default ->
          throw new IllegalArgumentException(
              PROPERTY + ": read \"" + wanted + "\", expected linux or nio");
    };
  }

  private static Transport linux() {
    var missing = NativeAccess.missing();
    if (missing.isPresent()) {
      throw new UnsupportedOperationException("the linux transport needs " + missing.get());
    }
    return new LinuxTransport();
  }

  /** {@return what to throw for a feature that only the linux transport has} */
  static UnsupportedOperationException onlyLinux(String feature) {
    return new UnsupportedOperationException(
        feature
            + " needs the linux transport: Linux on x86-64 or aarch64 with"
            + " --enable-native-access=io.netsvc.core, and "
            + PROPERTY
            + " not nio");
  }
}
