package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How values of one kind are written as words, in every dialect that has a key for them. What is
 * written reads as the same value again.
 */
interface Syntax<T> {

  /**
   * Reads a value.
   *
   * @param key what the words were given for, which is where a missing word is reported
   */
  T read(Word key, List<Word> words) throws Rejected;

  /** Returns the words of a value. */
  List<String> write(T value);

  /** A value of one word, which is not among those that {@code parse} is empty for. */
  static <T> Syntax<T> one(
      String expectation, Function<String, Optional<T>> parse, Function<T, String> print) {
    return new Syntax<>() {
      @Override
      public T read(Word key, List<Word> words) throws Rejected {
        if (words.isEmpty()) {
          throw new Rejected(key.end(), "read no value, expected " + expectation);
        }
        if (words.size() > 1) {
          var extra = words.get(1);
          throw extra.text().startsWith("#")
              ? extra.expected("nothing after the value: here a comment is a line of its own")
              : extra.expected("nothing after the value");
        }
        var word = words.getFirst();
        return parse.apply(word.text()).orElseThrow(() -> word.expected(expectation));
      }

      @Override
      public List<String> write(T value) {
        return List.of(print.apply(value));
      }
    };
  }

  /** Any word. */
  static Syntax<String> word(String expectation) {
    return one(expectation, text -> text.isEmpty() ? Optional.empty() : Optional.of(text), t -> t);
  }

  /** An absolute path. */
  static Syntax<String> path() {
    return one(
        "an absolute path",
        text -> text.startsWith("/") ? Optional.of(text) : Optional.empty(),
        text -> text);
  }

  /** A decimal number. */
  static Syntax<Integer> number(int least, int most) {
    return one(
        "a number from " + least + (most == Integer.MAX_VALUE ? "" : " to " + most),
        text -> signed(text).filter(n -> n >= least && n <= most),
        String::valueOf);
  }

  private static Optional<Integer> signed(String text) {
    var digits = text.startsWith("-") ? text.substring(1) : text;
    var number = Numbers.parse(digits);
    return number.isEmpty()
        ? Optional.empty()
        : Optional.of(text.startsWith("-") ? -number.getAsInt() : number.getAsInt());
  }

  /** A size in bytes, which may end in k or m. */
  static Syntax<Integer> size() {
    return one("a size in bytes, such as 64k or 1m", Numbers::size, String::valueOf);
  }

  /** An octal number. */
  static Syntax<Integer> octal(int most) {
    return one(
        "an octal number up to " + Integer.toOctalString(most),
        text ->
            text.matches("[0-7]{1,6}")
                ? Optional.of(Integer.parseInt(text, 8)).filter(n -> n <= most)
                : Optional.empty(),
        n -> String.format(Locale.ROOT, "%04o", n));
  }

  /** Yes or no. */
  static Syntax<Boolean> yesNo() {
    return one(
        "yes or no",
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "yes", "true", "on", "1" -> Optional.of(true);
              case "no", "false", "off", "0" -> Optional.of(false);
              default -> Optional.empty();
            },
        value -> value ? "yes" : "no");
  }

  /** One of the constants, by its name in small letters. */
  static <E extends Enum<E>> Syntax<E> constant(Class<E> type) {
    var constants = List.of(type.getEnumConstants());
    var names = constants.stream().map(Syntax::name).toList();
    return one(
        "one of " + String.join(", ", names),
        text -> {
          int at = names.indexOf(text.toLowerCase(Locale.ROOT));
          return at < 0 ? Optional.empty() : Optional.of(constants.get(at));
        },
        Syntax::name);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** As many words as there are. */
  static Syntax<List<String>> words() {
    return new Syntax<>() {
      @Override
      public List<String> read(Word key, List<Word> words) {
        return words.stream().map(Word::text).toList();
      }

      @Override
      public List<String> write(List<String> value) {
        return value;
      }
    };
  }

  /** Words that each say something of a name: {@code name=value}. */
  static <K, V> Syntax<Map<K, V>> pairs(
      String expectation,
      Function<String, Optional<Map.Entry<K, V>>> parse,
      Function<Map.Entry<K, V>, String> print) {
    return new Syntax<>() {
      @Override
      public Map<K, V> read(Word key, List<Word> words) throws Rejected {
        var map = new LinkedHashMap<K, V>();
        for (var word : words) {
          var entry = parse.apply(word.text()).orElseThrow(() -> word.expected(expectation));
          map.put(entry.getKey(), entry.getValue());
        }
        return Map.copyOf(map);
      }

      @Override
      public List<String> write(Map<K, V> value) {
        var words = new ArrayList<String>();
        value.entrySet().forEach(entry -> words.add(print.apply(entry)));
        words.sort(null); // a map that says the same is written the same
        return words;
      }
    };
  }
}
