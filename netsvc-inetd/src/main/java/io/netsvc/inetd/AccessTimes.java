package io.netsvc.inetd;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The times of day at which clients may come. Both ends of a range are within it, the last to the
 * end of its minute; one whose end comes first goes over midnight.
 */
record AccessTimes(List<Range> ranges) {
  private static final Pattern RANGE =
      Pattern.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])");

  AccessTimes {
    ranges = List.copyOf(ranges);
  }

  /** From one minute to another one. */
  record Range(LocalTime from, LocalTime to) {
    private boolean has(LocalTime minute) {
      boolean late = !minute.isBefore(from);
      boolean early = !minute.isAfter(to);
      return from.isAfter(to) ? late || early : late && early;
    }

    @Override
    public String toString() {
      return from + "-" + to;
    }
  }

  /**
   * Reads ranges such as {@code 08:00-18:30}.
   *
   * @throws IllegalArgumentException if one is none
   */
  static AccessTimes parse(List<String> words) {
    var ranges = new ArrayList<Range>();
    for (var word : words) {
      var m = RANGE.matcher(word);
      if (!m.matches()) {
        throw new IllegalArgumentException(
            "read \"" + word + "\", expected a range of times such as 08:00-18:30");
      }
      ranges.add(new Range(time(m.group(1), m.group(2)), time(m.group(3), m.group(4))));
    }
    return new AccessTimes(ranges);
  }

  private static LocalTime time(String hour, String minute) {
    return LocalTime.of(Integer.parseInt(hour), Integer.parseInt(minute));
  }

  boolean allows(LocalTime time) {
    var minute = time.withSecond(0).withNano(0);
    return ranges.stream().anyMatch(range -> range.has(minute));
  }

  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(" "));
  }
}
