package io.netsvc.cli;

import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs an inetd.conf in the foreground. */
@Command(
    name = "inetd",
    mixinStandardHelpOptions = true,
    description = {
      "Run the services of an inetd.conf in the foreground, and log to the standard error stream.",
      "Ctrl-C and SIGTERM stop it, a second one without any grace. SIGHUP reads the file again."
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:it was stopped, or the checked file has no errors",
      "1:nothing could be served, or --check found an error",
      "2:the file is unreadable or the usage is wrong"
    })
final class InetdCommand implements Callable<Integer> {
  private static final int REFUSED = 1;
  private static final int FAILED = 2;

  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @Option(
      names = "--check",
      description = "Only say what is wrong with the file: FILE:LINE:COLUMN: error|warning: MESSAGE.")
  private boolean check;

  @Option(
      names = "--strict",
      description = "Refuse the whole file when any entry is broken, now and at SIGHUP.")
  private boolean strict;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "How long programs may go on after a stop before they are ended. Default: 0.")
  private long graceSeconds;

  @Parameters(paramLabel = "FILE", description = "The configuration file.")
  @SuppressWarnings("NullAway.Init") // picocli sets both before the call
  private Path file;

  @Override
  public Integer call() throws InterruptedException {
    if (graceSeconds < 0 || graceSeconds > Integer.MAX_VALUE) {
      throw new ParameterException(spec.commandLine(), "--grace out of range: " + graceSeconds);
    }
    InetdConfig config;
    try {
      config = InetdConfig.read(file);
    } catch (IOException e) {
      say(Failures.reading(file, e));
      return FAILED;
    }
    if (check) {
      var checked = InetdServer.check(config);
      checked.diagnostics().forEach(spec.commandLine().getOut()::println);
      return checked.hasErrors() ? REFUSED : 0;
    }
    return run(config);
  }

  private int run(InetdConfig config) throws InterruptedException {
    var stop = new CountDownLatch(1);
    var running = new CompletableFuture<InetdServer>();
    try (var signals = new Signals()) {
      // Before the first line of the log, which is where others see that they may send signals.
      listen(signals, stop, running);
      try (var server = InetdServer.start(config, o -> o.withStrict(strict))) {
        server.diagnostics().forEach(this::report);
        if (server.services().isEmpty()) {
          say(file + ": nothing to serve" + (strict && errors(server.diagnostics()) ? ", refused by --strict" : ""));
          return REFUSED;
        }
        running.complete(server);
        stop.await();
        say("stopping");
        if (server.stop(Duration.ofSeconds(graceSeconds)) == Stopped.FORCED) {
          say("ended what still ran");
        }
        return 0;
      }
    }
  }

  private void listen(
      Signals signals, CountDownLatch stop, CompletableFuture<InetdServer> running) {
    var serving = Thread.currentThread();
    Runnable stopping =
        () -> {
          if (stop.getCount() > 0) {
            stop.countDown();
          } else {
            serving.interrupt(); // ends the grace
          }
        };
    boolean heard = signals.on("INT", stopping);
    heard &= signals.on("TERM", stopping);
    heard &= signals.on("HUP", () -> reload(running.join()));
    if (!heard) {
      say("this JVM hears no signals: it will neither reload nor end what it started");
    }
  }

  private void reload(InetdServer server) {
    try {
      var reloaded = server.reload(InetdConfig.read(file));
      reloaded.diagnostics().forEach(this::report);
      say(
          strict && reloaded.hasErrors()
              ? file + ": refused by --strict; nothing changed"
              : "reloaded " + file + ": " + reloaded);
    } catch (IOException e) {
      say(Failures.reading(file, e) + "; nothing changed");
    } catch (IllegalStateException _) {
      // It is being stopped.
    }
  }

  private static boolean errors(List<Diagnostic> diagnostics) {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }

  private void report(Diagnostic diagnostic) {
    spec.commandLine().getErr().println(diagnostic);
  }

  private void say(String message) {
    spec.commandLine().getErr().println("netsvc: " + message);
  }
}
