package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnException;
import java.io.IOException;

/**
 * A program on a new pseudo-terminal, its fds 0, 1 and 2 and the controlling one of its session. What
 * goes there is as typed: it is echoed, edited line by line (of a line without its newline 4095 bytes
 * are kept), and has signals in it, ^C for one, unless the program sets the terminal otherwise. The end
 * of our output is typed, too: {@link TerminalConnection}.
 */
final class TerminalEnd implements End {
  private final String name;
  private final ProcessSpawner program;

  /** An end that starts a program made {@code withTerminal}. */
  TerminalEnd(String name, ProcessSpawner program) {
    this.name = name;
    this.program = program;
  }

  @Override
  public Connection open() throws IOException {
    try {
      var process = program.spawn(ChildFd.terminal());
      return new TerminalConnection(name, process.stdout(), process.stdin());
    } catch (SpawnException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
