package io.netsvc.bench;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as their widest cell: the first to the left, the others right. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... header) {
    rows.add(List.of(header));
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  void print() {
    for (var row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int pad = width(i) - row.get(i).length();
        line.append(i == 0 ? "" : "  ");
        line.append(i == 0 ? row.get(i) + " ".repeat(pad) : " ".repeat(pad) + row.get(i));
      }
      System.out.println(line.toString().stripTrailing());
    }
    System.out.println();
  }

  /** {@return the same as Markdown} */
  String markdown() {
    var text = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      text.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
      if (i == 0) {
        text.append("| --- |").append(" ---: |".repeat(rows.get(i).size() - 1)).append('\n');
      }
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> column < row.size())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
