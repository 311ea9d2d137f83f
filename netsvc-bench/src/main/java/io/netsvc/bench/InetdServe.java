package io.netsvc.bench;

import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.config.InetdConfig;
import java.io.IOException;
import java.nio.file.Path;

/** Serves a file until its input ends, which it does when whoever started it ends. */
final class InetdServe {
  private InetdServe() {}

  public static void main(String[] args) throws IOException {
    try (var server = InetdServer.start(InetdConfig.read(Path.of(args[0])))) {
      server.diagnostics().forEach(System.err::println);
      var _ = System.in.read();
    }
  }
}
