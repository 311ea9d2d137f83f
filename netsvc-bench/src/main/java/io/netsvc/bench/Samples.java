package io.netsvc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measured values of one thing; NaN where there are none. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  double median() {
    return at(0.5);
  }

  double min() {
    return at(0);
  }

  double max() {
    return at(1);
  }

  private double at(double fraction) {
    var sorted = values.stream().sorted().toList();
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get((int) Math.round(fraction * (sorted.size() - 1)));
  }

  Samples scaled(double factor) {
    var scaled = new Samples();
    values.forEach(value -> scaled.add(value * factor));
    return scaled;
  }

  /** The spread, as "min-max". */
  String spread(String format) {
    return values.isEmpty() ? "-" : text(format, min()) + "-" + text(format, max());
  }

  /** Formats a value; one that was not measured is "-". */
  static String text(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
