package io.netsvc.endpoint;

import io.netsvc.text.NearWords;
import io.netsvc.text.Visible;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The options of an end's URI, after its question mark: {@code name=value}, or a name alone for yes,
 * with an ampersand between two. Values may have {@code %xx}. Every one must be asked for.
 */
final class EndOptions {
  private final String end;
  private final Map<String, List<String>> left = new LinkedHashMap<>();
  private final TreeSet<String> known = new TreeSet<>();

  /**
   * Reads them.
   *
   * @param end what they belong to, for the messages
   */
  EndOptions(String end, String query) {
    this.end = end;
    for (var option : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = option.indexOf('=');
      var name = (equals < 0 ? option : option.substring(0, equals)).toLowerCase(Locale.ROOT);
      left.computeIfAbsent(name, _ -> new ArrayList<>())
          .add(equals < 0 ? "yes" : decoded(name, option.substring(equals + 1)));
    }
  }

  private String decoded(String name, String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw wrong(name, value, "expected two hexadecimal digits after each %");
    }
  }

  /** {@return the values of an option that may be given several times} */
  List<String> all(String name) {
    known.add(name);
    var values = left.remove(name);
    return values == null ? List.of() : values;
  }

  Optional<String> text(String name) {
    var values = all(name);
    if (values.size() > 1) {
      throw wrong(name, values.get(1), "it was given before");
    }
    return values.stream().findFirst();
  }

  boolean flag(String name, boolean otherwise) {
    var value = text(name);
    return switch (value.orElse(otherwise ? "yes" : "no").toLowerCase(Locale.ROOT)) {
      case "yes", "on", "true", "1" -> true;
      case "no", "off", "false", "0" -> false;
      default -> throw wrong(name, value.orElse(""), "expected yes or no");
    };
  }

  OptionalInt number(String name, int least, int most) {
    var value = text(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseInt(value.get());
      if (number >= least && number <= most) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(name, value.get(), "expected a number from " + least + " to " + most);
  }

  /** {@return a positive time, given in seconds, such as 2 or 0.5} */
  Optional<Duration> seconds(String name) {
    var value = text(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      double seconds = Double.parseDouble(value.get());
      if (seconds > 0 && seconds <= Integer.MAX_VALUE) {
        return Optional.of(Duration.ofNanos((long) (seconds * 1e9)));
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(name, value.get(), "expected seconds, above 0");
  }

  Optional<Path> path(String name) {
    var value = text(name);
    try {
      return value.map(Path::of);
    } catch (InvalidPathException e) {
      throw wrong(name, value.orElse(""), e.getReason());
    }
  }

  /** Refuses what nobody asked for. */
  void done() {
    for (var name : left.keySet()) {
      throw new IllegalArgumentException(
          "end \"%s\": option: read \"%s\", expected %s%s"
              .formatted(
                  Visible.line(end),
                  Visible.line(name),
                  known.isEmpty() ? "none" : String.join(", ", known),
                  NearWords.hint(NearWords.of(name, known))));
    }
  }

  IllegalArgumentException failed(String why, @Nullable Throwable cause) {
    return new IllegalArgumentException("end \"%s\": %s".formatted(Visible.line(end), why), cause);
  }

  IllegalArgumentException wrong(String name, String read, String why) {
    return new IllegalArgumentException(
        "end \"%s\": %s: read \"%s\", %s"
            .formatted(Visible.line(end), name, masked(name, Visible.line(read)), why));
  }

  /** A value as it may be shown. */
  private static String masked(String name, String value) {
    return switch (name) {
      case "password" -> "***";
      case "via" -> value.replaceFirst("^([A-Za-z0-9]*:/{0,2})?.*@", "$1***@");
      default -> value;
    };
  }
}
