package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnException;
import java.io.IOException;

/**
 * A program that has one pipe as its standard input and another one as its standard output, so that
 * each of them ends by itself: the program's output when nobody has its fd 1 any more, its input when
 * ours ends. A closed connection kills nothing: the program finds the end of input, and a broken pipe
 * where it writes.
 */
final class ExecPipesEnd implements End {
  private final String name;
  private final ProcessSpawner program;

  ExecPipesEnd(String name, ProcessSpawner program) {
    this.name = name;
    this.program = program;
  }

  @Override
  public Connection open() throws IOException {
    try {
      var process = program.spawn(ChildFd.pipe(), ChildFd.pipe(), ChildFd.inherit(2));
      return new PipeConnection(name, process.stdout(), process.stdin());
    } catch (SpawnException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
