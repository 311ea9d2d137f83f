package io.netsvc.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point. */
@Command(
    name = "netsvc",
    mixinStandardHelpOptions = true,
    version = "netsvc 0.1.0-SNAPSHOT",
    description = "Network-service primitives: the services database and an inetd.",
    subcommands = {InetdCommand.class, ServicesCommand.class})
final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
