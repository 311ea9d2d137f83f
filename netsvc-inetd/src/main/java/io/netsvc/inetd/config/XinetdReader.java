package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads xinetd.conf(5): sections, {@code defaults}, includes. Not followed are xinetd's faults: a
 * value with a comment behind it counts, with a warning; lines of DOS are lines; what is wrong with
 * one section, {@code defaults} included, leaves the others as they are. No limit holds that is
 * not written, where xinetd takes {@code cps = 50 10}.
 */
final class XinetdReader {
  private static final Pattern ATTRIBUTE = Pattern.compile("([A-Za-z_0-9]+)[ \t]*(\\+=|-=|=)(.*)");
  private static final Pattern WORD = Pattern.compile("[^\\s]+");

  /** Attributes whose values add up over {@code defaults} and a section's {@code +=}. */
  private static final Set<String> SETS =
      Set.of(
          "log_on_success", "log_on_failure", "only_from", "no_access", "passenv", "env", "flags",
          "access_times", "disabled", "enabled");

  private final Includes includes;
  private final Found found;
  private final List<XinetdSection> sections = new ArrayList<>();
  private final XinetdSection defaults = new XinetdSection("", new Word("defaults", 1, 1));

  private XinetdReader(Includes includes, Found found) {
    this.includes = includes;
    this.found = found;
  }

  /** Reads a text with what it includes, and adds its services. */
  static void read(String name, String text, Includes includes, Found found) {
    var reader = new XinetdReader(includes, found);
    reader.read(name, text);
    var services = new XinetdServices(reader.defaults, found);
    reader.sections.forEach(services::accept);
  }

  private void read(String file, String text) {
    new Lines(file, text).read();
  }

  /** The lines of one file. */
  private final class Lines {
    private final String file;
    private final String text;
    private @Nullable XinetdSection section;
    private boolean within;

    Lines(String file, String text) {
      this.file = file;
      this.text = text;
    }

    void read() {
      int number = 1;
      int start = text.startsWith("\ufeff") ? 1 : 0;
      while (start < text.length()) {
        int newline = text.indexOf('\n', start);
        int end = newline < 0 ? text.length() : newline;
        line(text.substring(start, end).stripTrailing(), number);
        start = end + 1;
        number++;
      }
      endSection("the end of the file");
    }

    private void line(String line, int number) {
      var words = new ArrayList<Word>();
      var m = WORD.matcher(line);
      while (m.find()) {
        words.add(new Word(m.group(), number, m.start() + 1));
      }
      if (words.isEmpty() || words.getFirst().text().startsWith("#")) {
        return;
      }
      var first = words.getFirst();
      try {
        for (var word : words) {
          if (word.unprintable().isPresent()) {
            throw word.unprintable().get();
          }
        }
        if (head(words)) {
          return;
        }
        if (section == null) {
          outside(words);
        } else if (first.text().equals("{") && !within) {
          within = true;
        } else if (first.text().equals("}")) {
          endSection("");
        } else if (within) {
          attribute(section, line, first);
        } else {
          throw first.expected("{ on a line of its own");
        }
      } catch (Rejected e) {
        if (section == null) {
          found.error(file, e);
        } else {
          section.fail(e);
        }
      }
    }

    /** Begins a section, also where the one before has no end. */
    private boolean head(List<Word> words) throws Rejected {
      var first = words.getFirst();
      boolean service = first.text().equals("service") && words.size() >= 2;
      boolean isDefaults = first.text().equals("defaults") && (words.size() == 1 || words.get(1).text().equals("{"));
      if (!(service || isDefaults) || (words.size() > 1 && words.get(1).text().endsWith("="))) {
        return false;
      }
      if (section != null) {
        endSection("another section");
      }
      section = isDefaults ? defaults : new XinetdSection(file, words.get(1));
      if (isDefaults) {
        defaults.begins(file, first);
      }
      var rest = words.subList(isDefaults ? 1 : 2, words.size());
      within = rest.size() == 1 && rest.getFirst().text().equals("{");
      if (!rest.isEmpty() && !within) {
        throw rest.getFirst().expected("nothing after a section's name");
      }
      return true;
    }

    private void endSection(String instead) {
      var ended = section;
      section = null;
      within = false;
      if (ended == null) {
        return;
      }
      if (!instead.isEmpty()) {
        ended.fail(ended.head().expected("a section's end, }, before " + instead));
      }
      if (ended.equals(defaults)) {
        ended.failure().ifPresent(why -> found.error(file, why));
        ended.remarks().forEach(remark -> found.warning(file, remark.at(), remark.message()));
        ended.remarks().clear();
      } else {
        sections.add(ended);
      }
    }

    private void outside(List<Word> words) throws Rejected {
      var first = words.getFirst();
      switch (first.text()) {
        case "include" -> include(path(words));
        case "includedir" -> includeAll(path(words));
        default -> throw first.expected("service, defaults, include or includedir");
      }
    }

    private Word path(List<Word> words) throws Rejected {
      if (words.size() != 2) {
        throw words.getFirst().expected("one path after " + words.getFirst().text());
      }
      return words.get(1);
    }

    private void include(Word word) throws Rejected {
      includes.include(resolved(word), word.position(), XinetdReader.this::read);
    }

    private Path resolved(Word word) throws Rejected {
      try {
        return Path.of(file).toAbsolutePath().resolveSibling(word.text());
      } catch (InvalidPathException e) {
        throw word.expected("a path");
      }
    }

    /** As xinetd does, leaves out names with a dot or a tilde at the end; and says so. */
    private void includeAll(Word word) throws Rejected {
      var files = new ArrayList<Path>();
      try (DirectoryStream<Path> all = Files.newDirectoryStream(resolved(word))) {
        all.forEach(files::add);
      } catch (IOException e) {
        throw word.expected("a directory that can be read");
      }
      files.sort(null);
      for (var each : files) {
        var name = String.valueOf(each.getFileName());
        if (!Files.isRegularFile(each)) {
          continue;
        }
        if (name.indexOf('.') < 0 && !name.endsWith("~")) {
          includes.include(each, word.position(), XinetdReader.this::read);
        } else if (!name.startsWith(".") && !name.endsWith("~")) {
          found.warning(
              file, word.position(), Word.shown(name) + " is left out, because its name has a dot");
        }
      }
    }

    private void attribute(XinetdSection into, String line, Word first) throws Rejected {
      var m = ATTRIBUTE.matcher(line).region(first.column() - 1, line.length());
      if (!m.matches()) {
        throw first.expected("attribute = value");
      }
      var key = new Word(m.group(1).toLowerCase(Locale.ROOT), first.line(), first.column());
      var values = values(into, key, m.group(3), m.start(3));
      switch (m.group(2)) {
        case "=" -> {
          if (into.equals(defaults) && SETS.contains(key.text())) {
            into.add(key, values); // there they add up in any case
          } else {
            into.assign(key, values);
          }
        }
        case "+=", "-=" -> {
          if (!SETS.contains(key.text())) {
            throw key.expected("= after " + key.text() + ", which has one value");
          }
          if (!into.settings().containsKey(key.text()) && !into.equals(defaults)) {
            into.later(m.group(2).equals("+="), key, values); // the defaults may come below
          } else if (m.group(2).equals("+=")) {
            into.add(key, values);
          } else {
            into.remove(key, values);
          }
        }
        default -> throw new AssertionError(m.group(2));
      }
    }

    private List<Word> values(XinetdSection into, Word key, String rest, int offset) {
      var values = new ArrayList<Word>();
      var m = WORD.matcher(rest);
      while (m.find()) {
        var word = new Word(m.group(), key.line(), offset + m.start() + 1);
        if (word.text().startsWith("#") && !key.text().equals("server_args")) {
          into.remark(
              word.position(),
              "a comment after the value of " + key.text()
                  + ": xinetd would leave the attribute out, here it counts without the comment");
          break;
        }
        values.add(word);
      }
      return values;
    }
  }
}
