package io.netsvc.cli;

import io.netsvc.services.NoSuchServiceException;
import io.netsvc.services.ServiceEntry;
import io.netsvc.services.ServicesDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks services up, as {@code getent services} does, or checks a services file. */
@Command(
    name = "services",
    mixinStandardHelpOptions = true,
    description = "Looks services up by name or port, or checks a services file.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:everything was found, or the checked file is clean",
      "1:--check found something",
      "2:a service is unknown, a file is unreadable or the usage is wrong"
    })
final class ServicesCommand implements Callable<Integer> {
  private static final int FOUND_PROBLEMS = 1;
  private static final int FAILED = 2;

  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  @Spec
  private CommandSpec spec;

  @ArgGroup private @Nullable Source source;

  @Option(names = "--all", description = "Print every entry.")
  private boolean all;

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..*",
      description = "NAME, PORT, NAME/PROTOCOL or PORT/PROTOCOL.")
  private List<String> queries = List.of();

  /** At most one of these. */
  static final class Source {
    @Option(names = "--file", paramLabel = "FILE", description = "Look in this file alone.")
    private @Nullable Path file;

    @Option(names = "--iana", description = "Look in the embedded registry alone.")
    private boolean iana;

    @Option(
        names = "--check",
        paramLabel = "FILE",
        description = "Print FILE:LINE: MESSAGE for each line ignored or read differently by glibc.")
    private @Nullable Path check;
  }

  @Override
  public Integer call() {
    boolean checking = source != null && source.check != null;
    if (checking ? all || !queries.isEmpty() : all != queries.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "give either services to look up, --all or --check");
    }
    try {
      return source != null && source.check != null ? check(source.check) : print(database());
    } catch (IOException e) {
      return fail(reason(e));
    } catch (UncheckedIOException e) {
      return fail(reason(e.getCause()));
    }
  }

  private ServicesDatabase database() throws IOException {
    if (source != null && source.file != null) {
      return ServicesDatabase.read(source.file);
    }
    var iana = ServicesDatabase.iana();
    return source != null && source.iana ? iana : ServicesDatabase.system().orElse(iana);
  }

  private int check(Path file) throws IOException {
    var diagnostics = ServicesDatabase.read(file).diagnostics();
    for (var diagnostic : diagnostics) {
      out().println(file + ":" + diagnostic.line() + ": " + diagnostic.message());
    }
    return diagnostics.isEmpty() ? 0 : FOUND_PROBLEMS;
  }

  private int print(ServicesDatabase database) {
    if (all) {
      database.all().forEach(this::print);
      return 0;
    }
    int status = 0;
    for (var query : queries) {
      var entry = find(database, query);
      entry.ifPresent(this::print);
      if (entry.isEmpty()) {
        status = fail(unknown(database, query));
      }
    }
    return status;
  }

  private void print(ServiceEntry entry) {
    var line = new StringBuilder();
    line.append(entry.name()).repeat(' ', Math.max(0, 21 - entry.name().length()));
    line.append(' ').append(entry.port()).append('/').append(entry.protocol());
    entry.aliases().forEach(alias -> line.append(' ').append(alias));
    out().println(line);
  }

  /** A name may itself contain a slash, so the whole text is tried as a name first. */
  private static Optional<ServiceEntry> find(ServicesDatabase database, String query) {
    if (isNumber(query)) {
      int port = port(query);
      return database.find(port);
    }
    var whole = database.find(query);
    int slash = query.lastIndexOf('/');
    if (whole.isPresent() || slash < 0) {
      return whole;
    }
    var key = query.substring(0, slash);
    var protocol = query.substring(slash + 1);
    return isNumber(key) ? database.find(port(key), protocol) : database.find(key, protocol);
  }

  private static String unknown(ServicesDatabase database, String query) {
    int slash = query.lastIndexOf('/');
    var key = slash < 0 ? query : query.substring(0, slash);
    try {
      int port =
          slash < 0 ? database.resolve(key) : database.resolve(key, query.substring(slash + 1));
      return "unknown port " + port + visible(slash < 0 ? "" : query.substring(slash));
    } catch (NoSuchServiceException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static int port(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return -1; // no port, so never found
    }
  }

  private static String reason(@Nullable IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + ": No such file";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getFile() + ": " + file.getReason();
    }
    return e == null ? "unreadable" : String.valueOf(e.getMessage());
  }

  private int fail(String message) {
    spec.commandLine().getErr().println("netsvc services: " + visible(message));
    return FAILED;
  }

  private static String visible(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
