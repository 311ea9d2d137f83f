package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;

/** {@code type/protocol/[host,host:]service} for each place. */
final class ListenSyntax implements Syntax<List<Listen>> {
  private static final String EXPECTED =
      "type/protocol/[host:]service, such as stream/tcp/localhost:80";

  @Override
  public List<Listen> read(Word key, List<Word> words) throws Rejected {
    var listens = new ArrayList<Listen>();
    for (var word : words) {
      var parts = word.text().split("/", 3);
      if (parts.length < 3) {
        throw word.expected(EXPECTED);
      }
      var type = SocketType.of(parts[0]).orElseThrow(() -> word.expected(EXPECTED));
      var protocol = Protocol.of(parts[1]).orElseThrow(() -> word.expected(EXPECTED));
      if (!protocol.carries(type)) {
        throw word.expected("a socket type that " + protocol.keyword() + " has");
      }
      var place = new Word(parts[2], word.line(), word.column());
      var field = ServiceField.parse(place, protocol, List.of());
      listens.add(new Listen(type, protocol, field.hosts(), field.service()));
    }
    return List.copyOf(listens);
  }

  @Override
  public List<String> write(List<Listen> value) {
    return value.stream().map(ListenSyntax::text).toList();
  }

  private static String text(Listen listen) {
    return listen.type().keyword()
        + '/'
        + listen.protocol().keyword()
        + '/'
        + ServiceField.text(listen.hosts(), listen.service());
  }
}
