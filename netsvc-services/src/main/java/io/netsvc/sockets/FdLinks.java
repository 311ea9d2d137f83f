package io.netsvc.sockets;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** {@code /proc/PID/fd} by the JDK's own means, for where native access is denied. */
final class FdLinks {
  private static final String SOCKET = "socket:[";

  private FdLinks() {}

  /** Is told of a socket. */
  @FunctionalInterface
  interface Seer {
    void see(long inode, int pid, int thread, int fd);
  }

  /** Looks at every process; {@return how many it was not permitted to look into} */
  static int search(Seer seer) {
    int hidden = 0;
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) {
        hidden += look(process, seer) ? 0 : 1;
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Without /proc nobody is visible.
    }
    return hidden;
  }

  private static boolean look(Path process, Seer seer) {
    int pid = Integer.parseInt(process.getFileName().toString());
    try (var fds = Files.newDirectoryStream(process.resolve("fd"))) {
      for (var fd : fds) {
        seer.see(inode(fd), pid, 0, Integer.parseInt(fd.getFileName().toString()));
      }
      return true;
    } catch (NoSuchFileException e) {
      return true; // it has ended
    } catch (IOException | DirectoryIteratorException e) {
      return !Files.exists(process);
    }
  }

  private static long inode(Path fd) {
    try {
      var link = Files.readSymbolicLink(fd).toString();
      return link.startsWith(SOCKET)
          ? Long.parseLong(link, SOCKET.length(), link.length() - 1, 10)
          : 0;
    } catch (IOException | RuntimeException e) {
      return 0; // closed meanwhile, or a link whose text is no path here
    }
  }
}
