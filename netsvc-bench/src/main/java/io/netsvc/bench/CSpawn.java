package io.netsvc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Scanner;

/** The C program {@code spawnbench}, a process of its own that waits between its rounds. */
final class CSpawn implements Contestant {
  private final Process process;
  private final BufferedReader answers;

  CSpawn(String program) throws IOException {
    process = new ProcessBuilder(program).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = process.inputReader(StandardCharsets.US_ASCII);
  }

  @Override
  public Round run(long nanos) throws IOException {
    var question = String.format(Locale.ROOT, "%.3f%n", nanos / 1e9);
    var stream = process.getOutputStream();
    stream.write(question.getBytes(StandardCharsets.US_ASCII));
    stream.flush();
    var answer = answers.readLine();
    if (answer == null) {
      throw new IOException("spawnbench ended: " + process);
    }
    try (var words = new Scanner(answer)) {
      return new Round(words.nextLong(), words.nextLong(), words.nextLong());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
