package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;

/** A configuration in few words, for tables of tests. */
final class Said {
  private Said() {}

  /** Returns a line for each service, for each entry that is off, and for each diagnostic. */
  static List<String> of(InetdConfig config) {
    var all = new ArrayList<String>();
    config.services().forEach(spec -> all.add(service(spec)));
    config.disabled().forEach(off -> all.add("off " + off.service().map(Said::service).orElse(off.text())));
    config.diagnostics()
        .forEach(d -> all.add(d.line() + ":" + d.column() + " " + (d.isError() ? "error" : "warning") + " " + d.message()));
    return all;
  }

  /** Returns where, how, as whom and what; then the limits. */
  static String service(ServiceSpec spec) {
    var words = new ArrayList<String>();
    spec.get(Attribute.RPC).ifPresent(rpc -> words.add(rpc.toString()));
    words.addAll(Attribute.LISTENS.syntax().write(spec.listens()));
    words.add(spec.waits() ? "wait" : "nowait");
    words.add(spec.account().toString());
    spec.get(Attribute.PROGRAM).ifPresent(words::add);
    words.addAll(spec.argv());
    for (var limit : List.of(Attribute.RATE, Attribute.SOURCE_RATE, Attribute.INSTANCES, Attribute.PER_SOURCE, Attribute.SEND_BUFFER, Attribute.RECEIVE_BUFFER)) {
      value(spec, limit, words);
    }
    return String.join(" ", words);
  }

  private static <T> void value(ServiceSpec spec, Attribute<T> attribute, List<String> words) {
    spec.get(attribute).ifPresent(value -> words.add("(" + attribute.key() + " " + String.join(" ", attribute.syntax().write(value)) + ")"));
  }
}
