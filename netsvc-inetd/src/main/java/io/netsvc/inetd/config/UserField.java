package io.netsvc.inetd.config;

/** {@code user[:group][/class]} or {@code user.group}; the class is ignored. */
final class UserField {
  private UserField() {}

  /** Returns the service with what the word says. */
  static ServiceSpec parse(Word word, Entry entry, ServiceSpec spec, Rules rules)
      throws Rejected {
    var text = word.text();
    int slash = text.lastIndexOf('/');
    if (slash >= 0) {
      rules.require(Rules.Has.LOGIN_CLASS, word);
    }
    var account =
        Syntaxes.account(slash < 0 ? text : text.substring(0, slash))
            .map(a -> a.dotted() && !rules.have(Rules.Has.DOT_GROUP) ? Account.of(a.toString()) : a)
            .orElseThrow(() -> word.expected("a user, user:group or user.group"));
    var said = spec.with(Attribute.USER, account, word.position());
    if (slash < 0) {
      return said;
    }
    var loginClass = text.substring(slash + 1);
    entry.remark(word.position(), "the login class " + Word.shown(loginClass) + " is ignored");
    return loginClass.isEmpty() ? said : said.with(Attribute.LOGIN_CLASS, loginClass, word.position());
  }
}
