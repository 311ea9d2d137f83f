package io.netsvc.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.netsvc.net.Connector;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells a running inetd what to do. */
@Command(
    name = "ctl",
    mixinStandardHelpOptions = true,
    description = {
      "Say what a running netsvc inetd does, or have it do something:",
      "  status            what each service does (the default)",
      "  reload            read the configuration again, as SIGHUP does",
      "  handover          have a new process take all sockets over; what runs here ends in peace",
      "  stop SERVICE      listen no more; what runs goes on",
      "  start SERVICE     listen again",
      "  restart SERVICE   end what runs, and begin anew on the same sockets",
      "  kill SERVICE      end the programs that run"
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:it was done",
      "1:it could not be done, or a reload found errors",
      "2:nobody listens there, or the usage is wrong"
    })
final class CtlCommand implements Callable<Integer> {
  private static final int REFUSED = 1;
  private static final int FAILED = 2;

  @SuppressWarnings("NullAway.Init") @Spec private CommandSpec spec;

  @Option(
      names = "--control",
      paramLabel = "PATH",
      description = "The inetd's control socket. Default: $XDG_RUNTIME_DIR/netsvc.sock, else /run/netsvc.sock.")
  private @Nullable Path control;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "1",
      description = "Show the status again and again, every so many seconds; 1 if not said.")
  private @Nullable Integer watch;

  @Parameters(index = "0", arity = "0..1", defaultValue = "status", paramLabel = "VERB")
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private String verb;

  @Parameters(index = "1", arity = "0..1", paramLabel = "SERVICE", description = "A name as in the status.")
  private @Nullable String service;

  @Override
  public Integer call() throws InterruptedException {
    boolean needsService =
        switch (verb) {
          case "status", "reload", "handover" -> false;
          case "stop", "start", "restart", "kill" -> true;
          default ->
              throw new ParameterException(
                  spec.commandLine(),
                  "read \"" + verb + "\", expected status, reload, handover, stop, start, restart or kill");
        };
    if (needsService && service == null) {
      throw new ParameterException(spec.commandLine(), verb + " needs a SERVICE");
    }
    if (!needsService && service != null && !verb.equals("status")) {
      throw new ParameterException(spec.commandLine(), verb + " takes no SERVICE");
    }
    if (watch == null || !verb.equals("status")) {
      return once();
    }
    if (watch < 1) {
      throw new ParameterException(spec.commandLine(), "--watch out of range: " + watch);
    }
    while (true) {
      if (!json) {
        out("\033[H\033[2J");
      }
      int result = once();
      if (result != 0) {
        return result;
      }
      TimeUnit.SECONDS.sleep(watch);
    }
  }

  private int once() throws InterruptedException {
    var path = control == null ? ControlSocket.usual() : control;
    JsonNode answer;
    try (var connection = Connector.of(o -> o).connect(UnixDomainSocketAddress.of(path))) {
      answer = ControlSocket.ask(connection, verb, Optional.ofNullable(service));
    } catch (IOException | IllegalArgumentException e) {
      return say(FAILED, "no inetd answers, --control PATH names another place: " + e.getMessage());
    }
    if (json) {
      out(answer.toPrettyString() + "\n");
    }
    if (answer.has("error")) {
      return say(REFUSED, answer.path("error").asText());
    }
    if (!json) {
      print(answer);
    }
    for (var diagnostic : answer.path("diagnostics")) {
      if (diagnostic.asText().contains(": error: ")) {
        return REFUSED;
      }
    }
    return 0;
  }

  private void print(JsonNode answer) {
    if (answer.has("services")) {
      ServiceJson.table(answer).forEach(line -> out(line + "\n"));
    }
    for (var what : new String[] {"opened", "changed", "kept", "closed"}) {
      for (var name : answer.path(what)) {
        out(what + " " + name.asText() + "\n");
      }
    }
    for (var diagnostic : answer.path("diagnostics")) {
      spec.commandLine().getErr().println(diagnostic.asText());
    }
    if (answer.has("pid")) {
      out("handed over to pid " + answer.path("pid").asText() + "\n");
    }
    if (answer.has("killed")) {
      out("killed " + answer.path("killed").asText() + "\n");
    }
  }

  private void out(String text) {
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
  }

  private int say(int status, String message) {
    spec.commandLine().getErr().println("netsvc: " + message);
    return status;
  }
}
