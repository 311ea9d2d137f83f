package io.netsvc.inetd;

import java.util.Optional;

/** {@code user[:group][/class]} or {@code user.group}; the class is ignored. */
record UserField(String account, String user, Optional<String> group) {
  static UserField parse(Word word, Entry entry) throws Rejected {
    var text = word.text();
    int slash = text.lastIndexOf('/');
    var account = slash < 0 ? text : text.substring(0, slash);
    if (slash >= 0) {
      entry.remark(word.position(), "the login class " + Word.shown(text.substring(slash + 1)) + " is ignored");
    }
    int split = account.indexOf(':');
    if (split < 0) {
      split = account.lastIndexOf('.');
    }
    var user = split < 0 ? account : account.substring(0, split);
    var group = split < 0 ? Optional.<String>empty() : Optional.of(account.substring(split + 1));
    if (!name(user) || !group.map(UserField::name).orElse(true)) {
      throw word.expected("a user, user:group or user.group");
    }
    return new UserField(account, user, group);
  }

  private static boolean name(String text) {
    return !text.isEmpty() && text.chars().noneMatch(c -> c <= ' ' || c == ':' || c == '/' || c == ',');
  }
}
