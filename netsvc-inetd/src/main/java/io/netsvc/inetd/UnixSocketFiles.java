package io.netsvc.inetd;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that bound Unix sockets leave in the file system. */
final class UnixSocketFiles {
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private UnixSocketFiles() {}

  /** Removes a socket that nobody is bound to; anything else stays, and makes the bind fail. */
  static void removeStale(Path path) throws IOException {
    if (!isSocket(path)) {
      return;
    }
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return;
    } catch (ConnectException _) {
      Files.deleteIfExists(path);
    } catch (SocketException _) {
      // A live datagram socket, or not ours to connect to: bind says so.
    }
  }

  static void remove(Path path) {
    try {
      if (isSocket(path)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      log.warn("cannot remove socket path={} cause=\"{}\"", path, e.getMessage());
    }
  }

  /** connect(2) refuses a file that is no socket just as it refuses a stale one, so look first. */
  private static boolean isSocket(Path path) throws IOException {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & S_IFMT)
            == S_IFSOCK;
  }
}
