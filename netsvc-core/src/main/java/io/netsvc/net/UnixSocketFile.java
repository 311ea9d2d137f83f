package io.netsvc.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that a bound Unix socket has in the file system.
 *
 * @param key which file it is, by device and inode; null where the system does not say
 */
record UnixSocketFile(Path path, @Nullable Object key) {
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  /** {@return the path of a socket address that is one; an abstract name and no name are none} */
  static Optional<Path> path(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      var path = unix.getPath();
      if (!path.toString().isEmpty() && !path.toString().startsWith("@")) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /** {@return the file of a socket that is bound and open; empty if it has none} */
  static Optional<UnixSocketFile> of(SocketAddress bound) throws IOException {
    var path = path(bound);
    return path.isEmpty()
        ? Optional.empty()
        : Optional.of(new UnixSocketFile(path.get(), attributes(path.get()).fileKey()));
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Removes a socket that nobody is bound to; anything else stays, and makes the bind fail.
   *
   * @throws BindFailedException if its directory does not let it be removed
   */
  static void removeStale(Path path, boolean datagram) throws IOException {
    if (!isSocket(path)) {
      return;
    }
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false); // a full backlog would hold a blocking one up
      channel.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException _) {
      remove(path, datagram);
    } catch (SocketException _) {
      // A live datagram socket, or not ours to connect to: bind says so.
    }
  }

  /** To bind(2) the address of a dead socket is in use, though nobody has it. */
  private static void remove(Path path, boolean datagram) throws IOException {
    try {
      Files.deleteIfExists(path);
    } catch (FileSystemException e) {
      var cause = e.getReason() == null ? "Permission denied" : e.getReason();
      boolean denied =
          e instanceof AccessDeniedException
              || cause.equals("Operation not permitted"); // another user's, in a sticky directory
      throw new BindFailedException(
          UnixDomainSocketAddress.of(path),
          datagram,
          denied ? BindFailedException.Reason.NOT_PERMITTED : BindFailedException.Reason.OTHER,
          "cannot remove the dead socket there: " + cause,
          e);
    }
  }

  /** connect(2) refuses a file that is no socket just as it refuses a stale one, so look first. */
  private static boolean isSocket(Path path) throws IOException {
    try {
      return path.getFileSystem().supportedFileAttributeViews().contains("unix")
          ? ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & S_IFMT)
              == S_IFSOCK
          : attributes(path).isOther();
    } catch (FileSystemException _) {
      return false; // there is none, or it cannot be looked at: bind says so
    }
  }

  /**
   * Removes the file if it is still this one. Only while the socket is open: later the system may
   * give the same inode to another's.
   */
  void remove() {
    try {
      if (key != null && key.equals(attributes(path).fileKey())) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException _) {
      // Somebody did so already.
    } catch (IOException e) {
      log.warn("cannot remove socket path={} cause=\"{}\"", path, e.getMessage());
    }
  }
}
