package io.netsvc.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command's {@code --help} on one screen: its options in groups, the most used first, two to a line
 * where they fit, each with its first sentence and, in parentheses, its default; then examples. The manual has
 * the rest.
 */
final class HelpScreen {
  private static final int WIDTH = 100;
  private static final int CELL = 50;
  private static final int NAMES = 19;
  private static final int LONG_NAMES = 28;

  private final CommandSpec spec;
  private final HelpGroups groups;
  private final StringBuilder screen = new StringBuilder();

  private HelpScreen(CommandSpec spec, HelpGroups groups) {
    this.spec = spec;
    this.groups = groups;
  }

  /** Has a command show its help so; one without groups stays as it is. */
  static void on(String name, CommandLine command) {
    var usage = command.getCommandSpec().usageMessage();
    usage.width(WIDTH);
    HelpGroups.of(name)
        .ifPresent(
            groups -> {
              usage.sectionKeys(List.of("screen"));
              usage.sectionMap(
                  Map.of("screen", _ -> new HelpScreen(command.getCommandSpec(), groups).text()));
            });
  }

  private String text() {
    var usage = spec.usageMessage();
    screen.append(spec.commandLine().getHelp().fullSynopsis().stripTrailing()).append('\n');
    wrap("", first(usage.description()), 0);
    var left = new HashSet<>(spec.options());
    groups.headings().forEach((heading, names) -> group(heading, names, left));
    if (!left.isEmpty()) {
      heading("Others:");
      cells(spec.options().stream().filter(left::contains).toList());
    }
    var codes = new ArrayList<String>();
    usage.exitCodeList().forEach((code, meaning) -> codes.add(code.strip() + ' ' + meaning));
    wrap("Exit status: ", String.join("; ", codes), 2);
    heading("Examples, and more of all that in the manual page:");
    groups.examples().forEach(example -> screen.append("  ").append(example).append('\n'));
    return screen.toString();
  }

  private void group(String heading, String names, Set<OptionSpec> left) {
    var options = new ArrayList<OptionSpec>();
    for (var name : names.split(" ", -1)) {
      var option = spec.findOption(name);
      if (option != null && left.remove(option)) {
        options.add(option);
      }
    }
    heading(heading + ':');
    cells(options);
  }

  private void heading(String text) {
    screen.append(text).append('\n');
  }

  private void cells(List<OptionSpec> options) {
    var line = "";
    for (var option : options) {
      var names = names(option);
      var text = summary(String.join(" ", option.description()));
      var cell = ("  %-" + NAMES + "s %s").formatted(names, text);
      boolean half = names.length() <= NAMES && cell.length() < CELL;
      if (!line.isEmpty()) {
        screen.append(half ? ("%-" + CELL + "s").formatted(line) + cell : line).append('\n');
        line = "";
        if (half) {
          continue;
        }
      }
      if (half) {
        line = cell;
      } else {
        int width = names.length() <= NAMES ? NAMES : LONG_NAMES;
        wrap(("  %-" + width + "s ").formatted(names), text, width + 3);
      }
    }
    screen.append(line).append(line.isEmpty() ? "" : "\n");
  }

  private static String names(OptionSpec option) {
    var names = String.join(", ", option.names());
    return option.arity().max() == 0 ? names : names + ' ' + option.paramLabel();
  }

  private static String first(String[] description) {
    return description.length == 0 ? "" : description[0].replace("%n", " ").replace("%%", "%");
  }

  /** The first sentence and the default. */
  private static String summary(String text) {
    int end = text.indexOf(". ");
    var sentence = (end < 0 ? text : text.substring(0, end)).replaceFirst("\\.$", "");
    int otherwise = text.indexOf("Default: ");
    return otherwise < 0
        ? sentence
        : sentence + " (" + text.substring(otherwise + 9).replaceFirst("\\.$", "") + ')';
  }

  private void wrap(String begin, String text, int indent) {
    var line = new StringBuilder(begin);
    int least = begin.length();
    for (var word : text.split(" ", -1)) {
      if (line.length() > least && line.length() + 1 + word.length() > WIDTH) {
        screen.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(" ".repeat(indent));
        least = indent;
      }
      line.append(line.length() > least ? " " : "").append(word);
    }
    screen.append(line.toString().stripTrailing()).append('\n');
  }
}
