package io.netsvc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars of ratios, as SVG: a group for each load, and in it two columns of bars, rates and
 * CPU times. The background shows through, and colours suit a light and a dark one.
 */
final class RelayChart {
  private static final int LABELS = 130; // the widths, in pixels
  private static final int BARS = 300;
  private static final int NUMBER = 50;
  private static final int WIDTH = LABELS + 2 * (BARS + NUMBER);
  private static final int ROW = 16;
  private static final int TOP = 90;
  private static final double MOST = 3; // longer bars are cut off there

  private static final String STYLE =
      """
      <style>
        text { font: 12px system-ui, sans-serif; fill: #59636e; }
        .title { font-weight: 600; fill: #1f2328; }
        .bar { fill: #8c959f; }
        .own { fill: #2f81f7; }
        .one { stroke: #cf222e; stroke-dasharray: 3 3; }
        @media (prefers-color-scheme: dark) {
          text { fill: #9198a1; }
          .title { fill: #f0f6fc; }
          .bar { fill: #6e7681; }
          .one { stroke: #ff7b72; }
        }
      </style>
      """;

  /**
   * One contestant under one load.
   *
   * @param rate of its rate to the reference's; NaN where it was not measured
   * @param cpu as much for CPU time
   */
  record Bar(String name, double rate, double cpu) {}

  private record Group(String name, List<Bar> bars) {}

  private final List<Group> groups = new ArrayList<>();

  void add(String name, List<Bar> bars) {
    groups.add(new Group(name, List.copyOf(bars)));
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** Draws it, with these lines, two at most, below the heading. */
  String svg(String how) {
    var body = new StringBuilder();
    text(body, 0, 16, "title", "Relays, each on one thread: ratios to " + RelayPeers.REFERENCE);
    int line = 0;
    for (var part : how.lines().toList()) {
      text(body, 0, 34 + ROW * line++, "", part);
    }
    text(body, LABELS, TOP - ROW, "title", "rate (longer is better)");
    text(body, LABELS + BARS + NUMBER, TOP - ROW, "title", "CPU time for as much (shorter is better)");
    int y = TOP;
    for (var group : groups) {
      text(body, 0, y + ROW, "title", group.name());
      y += ROW + 8;
      for (var bar : group.bars()) {
        var style = bar.name().startsWith("netsvc") ? "own" : "bar";
        text(body, 8, y + 12, "", bar.name());
        bar(body, LABELS, y, style, bar.rate());
        bar(body, LABELS + BARS + NUMBER, y, style, bar.cpu());
        y += ROW;
      }
      y += 6;
    }
    for (int x : new int[] {LABELS, LABELS + BARS + NUMBER}) {
      body.append(
          String.format(
              Locale.ROOT,
              "<line class=\"one\" x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\"/>\n",
              x + BARS / MOST,
              TOP - 8,
              y));
    }
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\""
                + " viewBox=\"0 0 %1$d %2$d\" role=\"img\" aria-label=\"Relays, as ratios to %3$s\">\n",
            WIDTH,
            y + 10,
            RelayPeers.REFERENCE)
        + STYLE
        + body
        + "</svg>\n";
  }

  private static void bar(StringBuilder body, int x, int y, String style, double ratio) {
    if (!Double.isFinite(ratio)) {
      text(body, x + 4, y + 12, "", "-");
      return;
    }
    double width = BARS / MOST * Math.min(ratio, MOST);
    body.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n",
            style,
            x,
            y + 2,
            width,
            ROW - 4));
    text(body, (int) (x + width) + 4, y + 12, "", String.format(Locale.ROOT, "%.2f", ratio));
  }

  private static void text(StringBuilder body, int x, int y, String style, String text) {
    var escaped = text.replace("&", "&amp;").replace("<", "&lt;");
    body.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n",
            style,
            x,
            y,
            escaped));
  }
}
