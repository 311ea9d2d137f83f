package io.netsvc.cli;

import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.config.Dialect;
import io.netsvc.inetd.config.InetdConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs, checks or converts what an inetd is configured with. */
@Command(
    name = "inetd",
    mixinStandardHelpOptions = true,
    description = {
      "Run the services of an inetd.conf, an xinetd.conf or a systemd.socket unit in the foreground,"
          + " and log to the standard error stream. Ctrl-C and SIGTERM stop it, a second one without"
          + " any grace. SIGHUP reads the files again. netsvc ctl tells what it does."
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:it was stopped, or the checked files have no errors",
      "1:nothing could be served, --check found an error, or --convert lost something",
      "2:a file is unreadable or the usage is wrong"
    })
final class InetdCommand implements Callable<Integer> {
  private static final int REFUSED = 1;
  private static final int FAILED = 2;

  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @Option(
      names = "--check",
      description = "Only say what is wrong with the files: FILE:LINE:COLUMN: error|warning: MESSAGE.")
  private boolean check;

  @Option(
      names = "--convert",
      paramLabel = "DIALECT",
      description = "Only print what the files say in another dialect, and what that cannot say.")
  private @Nullable String convert;

  @Option(
      names = "--dialect",
      paramLabel = "DIALECT",
      description =
          "Read the files strictly as this: openbsd (Debian's too), freebsd, netbsd, gnu, busybox, xinetd,"
              + " systemd; or inetd, the forms of all inetd.conf. Default: what each file looks like.")
  private @Nullable String dialect;

  @Option(
      names = "--strict",
      description = "Refuse the files as a whole when any entry is broken, now and at SIGHUP.")
  private boolean strict;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "How long programs may go on after a stop before they are ended. Default: 0.")
  private long graceSeconds;

  @Option(
      names = "--control",
      paramLabel = "PATH",
      description =
          "Where netsvc ctl reaches it, - for nowhere. Default: $XDG_RUNTIME_DIR/netsvc.sock, else"
              + " /run/netsvc.sock.")
  private @Nullable String control;

  @Option(names = "--reload-on-change", description = "Read the files again whenever one of them changes.")
  private boolean reloadOnChange;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "The configuration files.")
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private List<Path> files;

  @Override
  public Integer call() throws InterruptedException {
    if (graceSeconds < 0 || graceSeconds > Integer.MAX_VALUE) {
      throw new ParameterException(spec.commandLine(), "--grace out of range: " + graceSeconds);
    }
    var target = named("--convert", convert);
    var source = named("--dialect", dialect);
    InetdConfig config;
    try {
      config = read(source);
    } catch (IOException e) {
      say(e.getMessage());
      return FAILED;
    }
    if (check) {
      var checked = InetdServer.check(config);
      checked.diagnostics().forEach(spec.commandLine().getOut()::println);
      return checked.hasErrors() ? REFUSED : 0;
    }
    if (target.isPresent()) {
      return print(config, target.get());
    }
    try (var run =
        new InetdRun(
            spec.commandLine().getErr(),
            files.stream().map(Path::toString).collect(Collectors.joining(" ")),
            () -> {
              try {
                return read(source);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            Duration.ofSeconds(graceSeconds),
            strict)) {
      return run.serve(config, control, reloadOnChange ? files : List.of()) ? 0 : REFUSED;
    }
  }

  private Optional<Dialect> named(String option, @Nullable String name) {
    if (name == null) {
      return Optional.empty();
    }
    return Optional.of(
        Dialect.of(name)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        option + ": read \"" + name + "\", expected one of "
                            + Stream.of(Dialect.values()).map(Dialect::keyword).collect(Collectors.joining(", ")))));
  }

  /** Reads all files; the message of what it throws is for people. */
  private InetdConfig read(Optional<Dialect> source) throws IOException {
    var all = new ArrayList<InetdConfig>();
    for (var file : files) {
      try {
        all.add(source.isPresent() ? InetdConfig.read(file, source.get()) : InetdConfig.read(file));
      } catch (IOException e) {
        throw new IOException(Failures.reading(file, e), e);
      }
    }
    return all.stream().reduce(InetdConfig::and).orElseThrow();
  }

  private int print(InetdConfig config, Dialect target) {
    config.diagnostics().forEach(spec.commandLine().getErr()::println);
    var printed = config.printed(target);
    spec.commandLine().getOut().print(printed.text());
    spec.commandLine().getOut().flush();
    printed.lost().forEach(spec.commandLine().getErr()::println);
    return config.hasErrors() || !printed.lost().isEmpty() ? REFUSED : 0;
  }

  private void say(@Nullable String message) {
    spec.commandLine().getErr().println("netsvc: " + message);
  }
}
