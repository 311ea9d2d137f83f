package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnException;
import java.io.IOException;

/**
 * A program that has one end of a pair of sockets as its standard input and output. Its output ends
 * when it exits, or shuts that direction down: to close fd 1 alone ends nothing, for fd 0 is the same
 * socket.
 */
final class ExecEnd implements End {
  private final String name;
  private final ProcessSpawner program;

  ExecEnd(String name, ProcessSpawner program) {
    this.name = name;
    this.program = program;
  }

  @Override
  public Connection open() throws IOException {
    var pair = Connection.pair();
    boolean started = false;
    try (var theirs = pair.second()) {
      var fd = ChildFd.of(theirs);
      program.spawn(fd, fd, ChildFd.inherit(2));
      started = true;
      return pair.first();
    } catch (SpawnException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    } finally {
      if (!started) {
        pair.first().close();
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
