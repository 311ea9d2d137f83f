package io.netsvc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes the manual pages and the completion of shells, from what the commands say of themselves. */
final class Manual {
  private Manual() {}

  /** Writes all into a directory: {@code netsvc.1}, {@code netsvc-nc.1}, …, {@code netsvc.bash}. */
  public static void main(String[] args) throws IOException {
    write(Path.of(args[0]));
  }

  static void write(Path directory) throws IOException {
    var all = Main.commandLine();
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("netsvc.1"), page("netsvc", all));
    for (var command : all.getSubcommands().entrySet()) {
      var name = "netsvc-" + command.getKey();
      Files.writeString(directory.resolve(name + ".1"), page(name, command.getValue()));
    }
    // zsh reads it, too: it loads bashcompinit there.
    Files.writeString(directory.resolve("netsvc.bash"), AutoComplete.bash("netsvc", all));
  }

  /** {@return a page in the language of man(7)} */
  static String page(String name, CommandLine command) {
    var spec = command.getCommandSpec();
    var usage = spec.usageMessage();
    var description = List.of(usage.description());
    var page = new ArrayList<String>();
    page.add(".TH " + name.toUpperCase(java.util.Locale.ROOT) + " 1 \"\" netsvc netsvc");
    page.add(".SH NAME");
    page.add(text(name) + " \\- " + text(summary(description)));
    page.add(".SH SYNOPSIS");
    page.add(".nf");
    command.getHelp().synopsis(0).lines().map(Manual::text).forEach(page::add);
    page.add(".fi");
    page.add(".SH DESCRIPTION");
    for (var paragraph : description) {
      page.add(".PP");
      page.add(text(paragraph));
    }
    if (!spec.subcommands().isEmpty()) {
      page.add(".SH COMMANDS");
      for (var each : spec.subcommands().entrySet()) {
        page.add(".TP");
        page.add(".BR " + text(name + '-' + each.getKey()) + " (1)");
        page.add(text(summary(List.of(each.getValue().getCommandSpec().usageMessage().description()))));
      }
    }
    options(spec, page);
    if (!usage.exitCodeList().isEmpty()) {
      page.add(".SH \"EXIT STATUS\"");
      usage.exitCodeList().forEach((code, meaning) -> item(page, text(code.strip()), meaning));
    }
    return String.join("\n", page) + '\n';
  }

  private static void options(CommandSpec spec, List<String> page) {
    page.add(".SH OPTIONS");
    for (var argument : spec.positionalParameters()) {
      if (!argument.hidden()) {
        item(page, "\\fI" + text(argument.paramLabel()) + "\\fR", String.join(" ", argument.description()));
      }
    }
    for (var option : spec.options()) {
      if (!option.hidden()) {
        item(page, names(option), String.join(" ", option.description()));
      }
    }
  }

  private static String names(OptionSpec option) {
    var names = "\\fB" + text(String.join(", ", option.names())) + "\\fR";
    return option.arity().max() == 0 ? names : names + " \\fI" + text(option.paramLabel()) + "\\fR";
  }

  private static void item(List<String> page, String what, String meaning) {
    page.add(".TP");
    page.add(what);
    page.add(text(meaning));
  }

  /** The first sentence, without its end. */
  private static String summary(List<String> description) {
    var first = description.isEmpty() ? "" : description.getFirst();
    int end = first.indexOf(". ");
    var sentence = end < 0 ? first : first.substring(0, end);
    return sentence.replaceFirst("[.:]$", "");
  }

  /** A text that means itself: no line of it is a request. */
  private static String text(String text) {
    var escaped = text.replace("%n", " ").replace("%%", "%").replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
