package io.netsvc.cli;

import io.netsvc.endpoint.Ends;
import io.netsvc.endpoint.Tls;
import io.netsvc.net.Connection;
import io.netsvc.net.Relay;
import io.netsvc.net.SocketPassing;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What nc does with a connection: it joins it with the standard streams, or a program gets it. */
final class NcUse {
  /** The standard output. */
  private static final int STDOUT = 1;

  private final @Nullable ProcessSpawner program;
  private final @Nullable KeptStdio kept;
  private final @Nullable NcBroker broker;
  private final boolean telnet;
  private final boolean passes;
  private final NcSession.Settings session;
  private final NcReport report;

  private NcUse(
      @Nullable ProcessSpawner program,
      @Nullable KeptStdio kept,
      @Nullable NcBroker broker,
      NcOptions options,
      NcSession.Settings session,
      NcReport report) {
    this.program = program;
    this.kept = kept;
    this.broker = broker;
    this.telnet = options.telnet();
    this.passes = options.passes();
    this.session = session;
    this.report = report;
  }

  /**
   * Prepares for connections.
   *
   * @param again whether there may be more than one connection
   * @throws IllegalArgumentException if there is no such program
   */
  static NcUse of(
      NcOptions options, boolean again, NcSession.Settings session, NcReport report)
      throws IOException, InterruptedException {
    if (!options.program().isEmpty()) {
      return new NcUse(spawner(options.program()), null, null, options, session, report);
    }
    if (options.passes()) {
      checkPassing();
      return new NcUse(null, null, null, options, session, report);
    }
    if (options.broker()) {
      var broker = new NcBroker(options.chat(), report);
      broker.type(session.input());
      return new NcUse(null, null, broker, options, session, report);
    }
    var kept = again ? new KeptStdio(Ends.of("stdio").open()) : null;
    return new NcUse(null, kept, null, options, session, report);
  }

  /** Before it connects: nobody could have the connection. */
  private static void checkPassing() throws IOException {
    try (var stdout = Connection.adopt(STDOUT)) {
      if (stdout.remoteAddress() instanceof UnixDomainSocketAddress) {
        return;
      }
    } catch (IOException e) {
      // No socket at all.
    }
    throw new IOException("-F: the standard output is not a connected Unix socket");
  }

  private static ProcessSpawner spawner(List<String> command) {
    var path = System.getenv("PATH");
    return ProcessSpawner.of(
        Path.of(command.getFirst()),
        o ->
            o.withSearchPath(path == null ? "/usr/bin:/bin" : path)
                .withArguments(command)
                .withEnvironment(System.getenv())
                .withDirectory(Path.of("").toAbsolutePath())
                .withSharedSession());
  }

  /** {@return whether several can be used at a time: the standard streams are but one pair} */
  boolean isShared() {
    return program != null || broker != null;
  }

  /** Uses a connection until it has ended, and closes it. */
  void run(Connection connection) throws IOException, InterruptedException {
    if (broker != null) {
      broker.join(connection);
      return;
    }
    if (passes) {
      try (connection) {
        SocketPassing.send(connection, STDOUT);
      }
      return;
    }
    if (program == null) {
      var stdio = kept == null ? Ends.of("stdio").open() : kept.session();
      var net = telnet ? new NcTelnet(connection) : connection;
      report.ended(NcSession.run(net, stdio, session));
      return;
    }
    if (Tls.session(connection).isPresent()) {
      through(connection, program);
      return;
    }
    var fd = ChildFd.of(connection);
    SpawnedProcess process;
    try (connection) { // ours: the program's own stays open until it ends
      process = program.spawn(variables(connection), fd, fd, ChildFd.inherit(2));
    }
    process.awaitExit();
  }

  /** Has a program that cannot speak TLS do without it, at a socket of its own. */
  private void through(Connection connection, ProcessSpawner spawner)
      throws IOException, InterruptedException {
    var pair = Connection.pair();
    try (var theirs = pair.second()) {
      var fd = ChildFd.of(theirs);
      spawner.spawn(variables(connection), fd, fd, ChildFd.inherit(2));
    } catch (IOException | RuntimeException e) {
      pair.first().close();
      connection.abort();
      throw e;
    }
    report.ended(Optional.of(Relay.between(connection, pair.first()).await()));
  }

  /** As ncat tells a program who is at the other end. */
  private static Map<String, String> variables(Connection connection) {
    var variables = new HashMap<String, String>();
    tell(variables, "LOCAL", connection.localAddress());
    tell(variables, "REMOTE", connection.remoteAddress());
    return variables;
  }

  private static void tell(Map<String, String> into, String which, SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      into.put("NCAT_" + which + "_ADDR", inet.getAddress().getHostAddress());
      into.put("NCAT_" + which + "_PORT", Integer.toString(inet.getPort()));
    }
  }
}
