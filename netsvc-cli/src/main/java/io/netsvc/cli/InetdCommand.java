package io.netsvc.cli;

import io.netsvc.inetd.InetdConfig;
import io.netsvc.inetd.InetdServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs an inetd.conf in the foreground. */
@Command(
    name = "inetd",
    mixinStandardHelpOptions = true,
    description = "Run the services of an inetd.conf in the foreground. Ctrl-C stops; SIGHUP reloads.")
final class InetdCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @Option(names = "--check", description = "Only say what is wrong with the file; exit 1 if any entry is broken.")
  private boolean check;

  @Parameters(paramLabel = "FILE", description = "The configuration file.")
  @SuppressWarnings("NullAway.Init") // picocli sets both before the call
  private Path file;

  @Override
  public Integer call() throws InterruptedException {
    var err = spec.commandLine().getErr();
    InetdConfig config;
    try {
      config = InetdConfig.read(file);
    } catch (IOException e) {
      err.println("netsvc: " + reason(e));
      return 2;
    }
    if (check) {
      var checked = InetdServer.check(config);
      checked.diagnostics().forEach(spec.commandLine().getOut()::println);
      return checked.hasErrors() ? 1 : 0;
    }
    return run(config, err);
  }

  private int run(InetdConfig config, PrintWriter err) throws InterruptedException {
    var stop = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    try (var server = InetdServer.start(config)) {
      server.diagnostics().forEach(err::println);
      if (server.services().isEmpty()) {
        err.println("netsvc: " + file + ": no service could be started");
        return 1;
      }
      for (var service : server.services()) {
        err.println("netsvc: " + service.name() + " listens at " + service.addresses());
      }
      Signals.onHangUp(() -> reload(server, err));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    stop.countDown();
                    try {
                      stopped.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
      stop.await();
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private void reload(InetdServer server, PrintWriter err) {
    try {
      server.reload(InetdConfig.read(file)).forEach(err::println);
      err.println("netsvc: reloaded " + file);
    } catch (IOException e) {
      err.println("netsvc: " + reason(e) + "; nothing changed");
    }
  }

  private String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> file + ": no such file";
      case CharacterCodingException _ -> file + ": not a text file";
      default -> file + ": " + e.getMessage();
    };
  }
}
