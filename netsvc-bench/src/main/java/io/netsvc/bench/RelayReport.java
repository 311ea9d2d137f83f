package io.netsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The tables as they are printed, as Markdown, and a chart; written anew with each table. */
final class RelayReport {
  private final Path directory;
  private final String how;
  private final List<String> tables = new ArrayList<>();
  private final Set<String> skipped = new LinkedHashSet<>();
  private final RelayChart chart = new RelayChart();

  /** Reports to {@code relay.md} and {@code relay.svg} of a directory. */
  RelayReport(Path directory, String how) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.how = Machine.line() + "\n" + how;
    System.out.println("Relay: " + this.how.replace("\n", "\nRelay: "));
  }

  /** A contestant has no rows. */
  void skip(String name, String why) {
    if (skipped.add(name + " (" + why + ")")) {
      System.out.println("Relay: without " + name + " (" + why + ")");
    }
  }

  /** {@return where bars are drawn} */
  RelayChart chart() {
    return chart;
  }

  void table(String title, Table table) throws IOException {
    System.out.println("Relay: " + title);
    table.print();
    tables.add("## " + title + "\n\n" + table.markdown());
    var text = new StringBuilder("# Relays\n\n").append(how.replace("\n", ";\n")).append(".\n");
    if (!skipped.isEmpty()) {
      text.append("Without ").append(String.join(", ", skipped)).append(".\n");
    }
    if (!chart.isEmpty()) {
      text.append("\n![Relays, as ratios to ")
          .append(RelayPeers.REFERENCE)
          .append("](relay.svg)\n");
      Files.writeString(directory.resolve("relay.svg"), chart.svg(how));
    }
    tables.forEach(section -> text.append('\n').append(section));
    Files.writeString(directory.resolve("relay.md"), text);
  }

  /** Says where the files are. */
  void close() {
    System.out.println("Relay: as Markdown and SVG in " + directory);
  }
}
