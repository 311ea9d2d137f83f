package io.netsvc.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of nc for files of what goes by. */
final class NcDumping {
  @Option(names = "--output", paramLabel = "FILE", description = "Write what goes by to a file.")
  private @Nullable Path output;

  @Option(names = "--hex-dump", paramLabel = "FILE", description = "As hexdump -C has it.")
  private @Nullable Path hexDump;

  @Option(
      names = "--append-output",
      description = {"Add to these files.", "Do not empty them first."})
  private boolean appends;

  boolean isWanted() {
    return output != null || hexDump != null;
  }

  /** Opens the files that are given. */
  NcDump open() throws IOException {
    return NcDump.open(output, hexDump, appends);
  }
}
