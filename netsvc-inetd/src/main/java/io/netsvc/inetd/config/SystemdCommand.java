package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code ExecStart=} of systemd.service(5): prefixes, words, specifiers, variables. */
final class SystemdCommand {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final SystemdUnit.Setting by;
  private final SystemdName name;
  private final Map<String, String> environment;
  private final Found found;

  /** @param environment what a variable's value is taken from */
  SystemdCommand(SystemdUnit.Setting by, SystemdName name, Map<String, String> environment, Found found) {
    this.by = by;
    this.name = name;
    this.environment = environment;
    this.found = found;
  }

  /** Returns the service with its program and arguments. */
  ServiceSpec on(ServiceSpec spec) throws Rejected {
    var words = new ArrayList<String>();
    for (var word : SystemdWords.split(by, true)) {
      words.add(name.expand(word, by));
    }
    if (words.isEmpty()) {
      throw by.expected("a program");
    }
    var program = words.getFirst();
    int prefixes = 0;
    boolean named = false;
    boolean plain = false;
    while (prefixes < program.length() && "-:@+!|".indexOf(program.charAt(prefixes)) >= 0) {
      char prefix = program.charAt(prefixes++);
      named |= prefix == '@';
      plain |= prefix == ':';
      if ("+!|".indexOf(prefix) >= 0) {
        warn("\"" + prefix + "\" before a program is not followed: it runs as User= says");
      }
    }
    program = program.substring(prefixes);
    if (!program.startsWith("/") || program.endsWith("/")) {
      throw by.expected("a program's absolute path");
    }
    var argv = new ArrayList<String>();
    for (var word : words.subList(1, words.size())) {
      if (plain) {
        argv.add(word);
      } else {
        replaced(word, argv);
      }
    }
    if (!named) {
      argv.addFirst(program);
    } else if (argv.isEmpty()) {
      throw by.expected("the program's name after its path");
    }
    return spec.with(Attribute.PROGRAM, program, by.file(), by.value().position())
        .with(Attribute.ARGV, List.copyOf(argv), by.file(), by.value().position());
  }

  private void warn(String message) {
    found.warning(by.file(), by.value().position(), message);
  }

  /** {@code $NAME} alone is as many words as it has, <code>${NAME}</code> a part of one. */
  private void replaced(String word, List<String> argv) {
    if (word.indexOf('$') < 0) {
      argv.add(word);
      return;
    }
    if (word.startsWith("$") && NAME.matcher(word).region(1, word.length()).matches() && known(word.substring(1))) {
      var value = environment.getOrDefault(word.substring(1), "").strip();
      argv.addAll(value.isEmpty() ? List.of() : List.of(value.split("\\s+")));
      return;
    }
    var out = new StringBuilder();
    int at = 0;
    while (at < word.length()) {
      int end = word.startsWith("${", at) ? word.indexOf('}', at) : -1;
      if (word.startsWith("$$", at)) {
        out.append('$');
        at += 2;
      } else if (end > 0 && NAME.matcher(word).region(at + 2, end).matches() && known(word.substring(at + 2, end))) {
        out.append(environment.getOrDefault(word.substring(at + 2, end), ""));
        at = end + 1;
      } else {
        out.append(word.charAt(at++));
      }
    }
    argv.add(out.toString());
  }

  private boolean known(String variable) {
    if (environment.containsKey(variable)) {
      return true;
    }
    warn(Word.shown("$" + variable) + " is not replaced: no Environment= has it");
    return false;
  }
}
