package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads xinetd.conf(5): sections, {@code defaults}, includes. Not followed are xinetd's faults: a
 * value with a comment behind it counts, with a warning; lines of DOS are lines; what is wrong with
 * one section, {@code defaults} included, leaves the others as they are. An attribute that is said
 * twice is an error, where xinetd warns and takes the first. No limit holds that is not written,
 * where xinetd takes {@code cps = 50 10}.
 */
final class XinetdReader {
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
    new Lines(file).read(text);
  }

  /** The lines of one file. */
  private final class Lines {
    private final String file;
    private State state = State.OUTSIDE;
    private XinetdSection section;
    private Word head;
    private boolean isDefaults;
    private boolean hadDefaults;

    Lines(String file) {
      this.file = file;
      this.section = defaults; // of no matter outside
      this.head = defaults.head();
    }

    void read(String text) {
      int number = 1;
      int start = text.startsWith("\ufeff") ? 1 : 0;
      while (start < text.length()) {
        int newline = text.indexOf('\n', start);
        int end = newline < 0 ? text.length() : newline;
        line(XinetdLine.of(text.substring(start, end).stripTrailing(), number));
        start = end + 1;
        number++;
      }
      notEnded("the end of the file");
    }

    private void line(XinetdLine line) {
      if (line.isNothing()) {
        return;
      }
      try {
        line.requirePrintable();
        if (line.begins("service") || line.begins("defaults") || line.begins("include") || line.begins("includedir")) {
          notEnded(Word.shown(line.first().text()) + " on line " + line.first().line());
          head(line);
        } else if (line.isAlone("}") && state != State.OUTSIDE) {
          end();
        } else {
          inner(line);
        }
      } catch (Rejected e) {
        reject(e);
      }
    }

    private void reject(Rejected why) {
      if (state == State.BEFORE || state == State.WITHIN) {
        fail(why);
      } else {
        found.error(file, why);
      }
    }

    /** A section has one error; {@code defaults} has each of its own, since it is served anyhow. */
    private void fail(Rejected why) {
      if (isDefaults) {
        found.error(file, why);
      } else {
        section.fail(why);
      }
    }

    private void inner(XinetdLine line) throws Rejected {
      switch (state) {
        case OUTSIDE -> {
          state = State.SKIPPED; // as xinetd does: what follows belongs to what is not understood
          found.error(file, line.first().expected("service, defaults, include or includedir"));
        }
        case BEFORE -> {
          if (!line.isAlone("{")) {
            throw line.first().expected("{ on a line of its own");
          }
          state = State.WITHIN;
        }
        case WITHIN -> attribute(line);
        case SKIPPED -> {}
      }
    }

    private void head(XinetdLine line) throws Rejected {
      var first = line.first();
      switch (first.text().toLowerCase(Locale.ROOT)) {
        case "include" -> includes.include(resolved(line.argument()), line.argument().position(), XinetdReader.this::read);
        case "includedir" -> includeAll(line.argument());
        case "defaults" -> begin(line, first);
        default -> {
          state = State.SKIPPED; // unless it has a name
          begin(line, line.argument());
        }
      }
    }

    /** Begins a section; its brace may be on the same line. */
    private void begin(XinetdLine line, Word name) throws Rejected {
      isDefaults = name.equals(line.first());
      if (isDefaults && hadDefaults) {
        state = State.SKIPPED;
        throw name.expected("one section of defaults in a file: this one is passed over");
      }
      hadDefaults |= isDefaults;
      section = isDefaults ? defaults : new XinetdSection(file, name);
      head = name;
      state = State.BEFORE;
      var rest = line.words().subList(isDefaults ? 1 : 2, line.words().size());
      if (rest.size() == 1 && rest.getFirst().text().equals("{")) {
        state = State.WITHIN;
      } else if (!rest.isEmpty()) {
        throw rest.getFirst().expected("nothing after a section's name");
      }
    }

    private void notEnded(String before) {
      if (state == State.BEFORE || state == State.WITHIN) {
        fail(
            new Rejected(
                head.position(),
                "read the section " + Word.shown(head.text()) + " without its end, expected } before " + before));
        end();
      }
      state = State.OUTSIDE;
    }

    private void end() {
      if (state != State.SKIPPED && isDefaults) {
        defaults.remarks().forEach(remark -> found.warning(file, remark.at(), remark.message()));
        defaults.remarks().clear();
      } else if (state != State.SKIPPED) {
        sections.add(section);
      }
      state = State.OUTSIDE;
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

    private void attribute(XinetdLine line) throws Rejected {
      var assignment = line.assignment();
      var key = assignment.key();
      if (isDefaults && !XinetdTerms.hasDefault(key.text())) {
        section.remark(
            key.position(),
            XinetdTerms.has(key.text())
                ? "read " + Word.shown(key.text()) + " in defaults, where xinetd passes it over"
                : XinetdTerms.unknown(key.text()));
        return;
      }
      assignment.comment().ifPresent(
          comment ->
              section.remark(
                  comment,
                  "a comment after the value of " + key.text()
                      + ": xinetd would leave the attribute out, here it counts without the comment"));
      var values = assignment.values();
      if (values.isEmpty()) {
        switch (XinetdTerms.empty(key.text())) {
          case FINE -> {}
          case PASSED_OVER -> {
            section.remark(key.end(), "read no value for " + key.text() + ", expected one: it is passed over");
            return;
          }
          case WRONG -> throw new Rejected(key.end(), "read no value for " + key.text() + ", expected one");
        }
      }
      XinetdTerms.unlogged(key.text(), values)
          .ifPresent(
              word ->
                  section.remark(
                      word.position(), word.expected(XinetdTerms.logged(key.text())).message()));
      set(assignment.operator(), key, values);
    }

    private void set(String operator, Word key, List<Word> values) throws Rejected {
      if (XinetdTerms.isSet(key.text())) {
        if (operator.equals("-=") && key.text().equals("env")) {
          throw key.expected("= or += after env");
        }
        if (operator.equals("=") && !isDefaults) {
          section.assign(file, key, values);
        } else if (section.setting(key.text()).isEmpty() && !isDefaults) {
          section.later(operator.equals("+="), key, values); // the defaults may come below
        } else {
          section.change(file, !operator.equals("-="), key, values); // in defaults = is +=
        }
        return;
      }
      if (!operator.equals("=")) {
        throw key.expected("= after " + key.text() + ", which is said once");
      }
      var said = section.said(key.text());
      if (said.isPresent()) {
        var at = said.get();
        throw key.expected(
            "it once: it is already said on line " + at.key().line()
                + (at.file().equals(file) ? "" : " of " + Word.shown(at.file())));
      }
      section.assign(file, key, values);
    }
  }

  /** Where a line is. */
  private enum State {
    /** Between sections. */
    OUTSIDE,
    /** Before a section's brace. */
    BEFORE,
    /** In a section. */
    WITHIN,
    /** In what is no section, up to its brace. */
    SKIPPED
  }
}
