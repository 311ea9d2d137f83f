package io.netsvc.inetd.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A load average such as {@code 2.5}, in hundredths. */
final class LoadSyntax implements Syntax<Integer> {
  private static final Pattern LOAD = Pattern.compile("([0-9]{1,6})(?:\\.([0-9]{1,2})[0-9]{0,9})?");

  private final Syntax<Integer> one =
      Syntax.one("a load average such as 2.5", LoadSyntax::parse, LoadSyntax::print);

  private static Optional<Integer> parse(String text) {
    var m = LOAD.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    var fraction = m.group(2) == null ? "00" : (m.group(2) + '0').substring(0, 2);
    return Optional.of(Integer.parseInt(m.group(1)) * 100 + Integer.parseInt(fraction));
  }

  private static String print(int hundredths) {
    return String.format(Locale.ROOT, "%d.%02d", hundredths / 100, hundredths % 100);
  }

  @Override
  public Integer read(Word key, List<Word> words) throws Rejected {
    return one.read(key, words);
  }

  @Override
  public List<String> write(Integer value) {
    return one.write(value);
  }
}
