package io.netsvc.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netsvc.inetd.Reloaded;
import io.netsvc.inetd.ServiceState;
import io.netsvc.inetd.config.Diagnostic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The state of services as JSON, and as a table for people. */
final class ServiceJson {
  private static final List<String> HEAD =
      List.of("SERVICE", "STATE", "RUNNING", "ACCEPTED", "STARTED", "PER MIN", "REFUSED", "FAILED", "LAST EXIT", "LISTENS");

  private ServiceJson() {}

  static void put(ObjectNode answer, List<ServiceState> services) {
    var array = answer.putArray("services");
    for (var service : services) {
      var node = array.addObject();
      node.put("name", service.name());
      node.put("state", small(service.state()));
      var listens = node.putArray("listens");
      service.addresses().forEach(address -> listens.add(Endpoints.text(address)));
      node.put("running", service.running());
      node.put("accepted", service.accepted());
      node.put("started", service.started());
      node.put("startedInLastMinute", service.startedInLastMinute());
      node.put("failed", service.failed());
      var refused = node.putObject("refused");
      service.refused().forEach((reason, count) -> refused.put(small(reason), count));
      service.lastExit().ifPresent(exit -> node.put("lastExit", exit.toString()));
      service.lastExitAt().ifPresent(at -> node.put("lastExitAt", at.toString()));
    }
  }

  static void put(ObjectNode answer, Reloaded reloaded) {
    put(answer, "opened", reloaded.opened());
    put(answer, "changed", reloaded.changed());
    put(answer, "unchanged", reloaded.unchanged());
    put(answer, "kept", reloaded.kept());
    put(answer, "closed", reloaded.closed());
    put(answer, "diagnostics", reloaded.diagnostics().stream().map(Diagnostic::toString).toList());
  }

  private static void put(ObjectNode answer, String name, List<String> texts) {
    var array = answer.putArray(name);
    texts.forEach(array::add);
  }

  private static String small(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** {@return the services of an answer as lines, in columns} */
  static List<String> table(JsonNode answer) {
    var rows = new ArrayList<List<String>>();
    rows.add(HEAD);
    for (var service : answer.path("services")) {
      rows.add(row(service));
    }
    int[] widths = new int[HEAD.size()];
    for (var row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static List<String> row(JsonNode service) {
    long refused = 0;
    for (var count : service.path("refused")) {
      refused += count.asLong();
    }
    var listens = new ArrayList<String>();
    service.path("listens").forEach(each -> listens.add(each.asText()));
    return List.of(
        service.path("name").asText(),
        service.path("state").asText(),
        service.path("running").asText(),
        service.path("accepted").asText(),
        service.path("started").asText(),
        service.path("startedInLastMinute").asText(),
        String.valueOf(refused),
        service.path("failed").asText(),
        service.path("lastExit").asText("-"),
        listens.isEmpty() ? "-" : String.join(" ", listens));
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length - 1; i++) {
      var cell = row.get(i);
      line.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
    }
    return line.append(row.getLast()).toString();
  }
}
