package io.netsvc.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A shell script run to its end on pipes: what it wrote, and how it ended. */
record Child(String output, ExitStatus exit) {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  static Child run(String script) throws IOException, InterruptedException {
    return run(o -> o, script);
  }

  static Child run(UnaryOperator<SpawnOptions> options, String script, ChildFd... passed)
      throws IOException, InterruptedException {
    return run(spawner(options, script), passed);
  }

  static ProcessSpawner spawner(UnaryOperator<SpawnOptions> options, String script) {
    return ProcessSpawner.of(
        Path.of("/bin/sh"),
        o ->
            options.apply(
                o.withArguments(List.of("sh", "-c", script)).withEnvironment(ENVIRONMENT)));
  }

  static Child run(ProcessSpawner spawner, ChildFd... passed)
      throws IOException, InterruptedException {
    var output = ChildFd.pipe();
    var process = spawner.spawn(ChildFd.devNull(), output, output, passed);
    try (var stream = process.stdout()) {
      var text = new String(stream.readAllBytes(), UTF_8);
      return new Child(text, process.awaitExit());
    }
  }

  List<String> lines() {
    return output.lines().toList();
  }
}
