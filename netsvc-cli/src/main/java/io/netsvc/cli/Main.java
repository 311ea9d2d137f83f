package io.netsvc.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import picocli.CommandLine;

/** The entry point. */
@Command(
    name = "netsvc",
    mixinStandardHelpOptions = true,
    version = "netsvc 0.1.0-SNAPSHOT",
    description = "Network-service primitives: the services database, an inetd, a relay, what listens.",
    subcommands = {InetdCommand.class, CtlCommand.class, RelayCommand.class, ServicesCommand.class, SsCommand.class})
final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler((e, _) -> misused(e));
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
