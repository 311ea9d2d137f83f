package io.netsvc.cli;

import io.netsvc.dump.TrafficDump.Format;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for files of what goes by. */
final class Dumping {
  @Option(names = "--output", paramLabel = "FILE", description = "Write what goes by to a file.")
  private @Nullable Path output;

  @Option(names = "--hex-dump", paramLabel = "FILE", description = "As hexdump -C has it.")
  private @Nullable Path hexDump;

  @Option(
      names = "--pcap",
      paramLabel = "FILE",
      description = {"As packets, for Wireshark.", "In a pcapng file, with made up TCP headers."})
  private @Nullable Path packets;

  @Option(
      names = "--append-output",
      description = {"Add to these files.", "Do not empty them first."})
  private boolean appends;

  boolean isWanted() {
    return output != null || hexDump != null || packets != null;
  }

  /** Opens the files that are given. */
  Dumps open() throws IOException {
    var dumps = new Dumps();
    try {
      dumps.add(output, Format.RAW, appends);
      dumps.add(hexDump, Format.HEX, appends);
      dumps.add(packets, Format.PCAPNG, appends);
      return dumps;
    } catch (IOException e) {
      dumps.close();
      throw e;
    }
  }
}
