package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The standard input and output of this process. */
final class StdioEnd implements End {
  private static final Path STDIN = Path.of("/proc/self/fd/0");

  @Override
  public Connection open() {
    return new FileConnection(
        "stdio",
        new FileInputStream(FileDescriptor.in).getChannel(),
        new FileOutputStream(FileDescriptor.out).getChannel(),
        stdinIsTerminal());
  }

  /** A person who types sees that the peer has ended, and would have to press keys for nothing. */
  private static boolean stdinIsTerminal() {
    try {
      var file = Files.readSymbolicLink(STDIN).toString();
      return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public boolean isSingle() {
    return true;
  }

  @Override
  public String toString() {
    return "stdio";
  }
}
