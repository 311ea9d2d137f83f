package io.netsvc.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import picocli.CommandLine;

/** The entry point. */
@Command(
    name = "netsvc",
    mixinStandardHelpOptions = true,
    version = "netsvc 0.1.0-SNAPSHOT",
    description = "Network-service primitives: the services database, an inetd, a relay, what listens.")
final class Main {
  private static final List<String> COMMANDS = List.of("inetd", "ctl", "nc", "relay", "services", "ss");

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine(args).execute(args));
  }

  /**
   * {@return what reads these arguments} It has the command that they begin with, or else all of
   * them: to read the annotations of one takes as long as to run it.
   */
  static CommandLine commandLine(String... args) {
    var line = new CommandLine(new Main());
    boolean named = args.length > 0 && COMMANDS.contains(args[0]);
    for (var name : named ? List.of(args[0]) : COMMANDS) {
      var command = new CommandLine(command(name));
      HelpScreen.on(name, command);
      line.addSubcommand(name, command);
    }
    return line.setParameterExceptionHandler((e, _) -> misused(e));
  }

  private static Object command(String name) {
    return switch (name) {
      case "inetd" -> new InetdCommand();
      case "ctl" -> new CtlCommand();
      case "nc" -> new NcCommand();
      case "relay" -> new RelayCommand();
      case "services" -> new ServicesCommand();
      case "ss" -> new SsCommand();
      default -> throw new AssertionError(name);
    };
  }

  /** Says in one line what is wrong with the arguments, and in a few how to put them. */
  private static int misused(ParameterException e) {
    var command = e.getCommandLine();
    var suggestions =
        e instanceof UnmatchedArgumentException unmatched
            ? String.join(" or ", unmatched.getSuggestions())
            : "";
    command
        .getErr()
        .println(
            "netsvc: " + e.getMessage() + (suggestions.isEmpty() ? "" : ", did you mean " + suggestions + '?'));
    command.getErr().print(command.getHelp().fullSynopsis());
    command.getErr().flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }
}
