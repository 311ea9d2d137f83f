package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** RPC programs, with a real rpcbind that has a network and a /run of its own. */
@Timeout(120)
class RpcTest {
  /** Prints what rpcbind is told at each stage; "$@" is the command. */
  private static final String STAGES =
      """
      mount -t tmpfs none /run && ip link set lo up || exit 1
      "$@" --check "$CONF"; echo "check $?"
      rpcbind -f & rpcbind=$!
      until rpcinfo >/dev/null 2>&1; do sleep 0.1; done
      "$@" --control "$CONTROL" "$CONF" & inetd=$!
      until rpcinfo -p | grep -q 400001; do kill -0 $inetd || exit 1; sleep 0.1; done
      until [ -e "$CONTROL" ]; do sleep 0.1; done
      echo before; rpcinfo -s | grep 400001
      kill $rpcbind; wait $rpcbind; rpcbind -f & rpcbind=$!
      until rpcinfo >/dev/null 2>&1; do sleep 0.1; done
      kill -HUP $inetd
      until rpcinfo -p | grep -q 400001; do sleep 0.1; done
      echo again; rpcinfo -s | grep 400001
      kill $inetd; wait $inetd
      echo after; rpcinfo -s | grep 400001
      kill $rpcbind; wait $rpcbind
      """;

  @TempDir private Path directory;

  @BeforeEach
  void requireRpcbind() {
    boolean there = Files.isExecutable(Path.of("/usr/sbin/rpcbind"));
    assertThat(there || !Boolean.getBoolean("netsvc.require")).as("rpcbind").isTrue();
    assumeTrue(there, "no rpcbind");
    assumeTrue(System.getProperty("user.name").equals("root"), "a network of one's own takes root");
  }

  private String run(String config) throws Exception {
    var file = Files.writeString(directory.resolve("inetd.conf"), config);
    var output = directory.resolve("output").toFile();
    var command = new ArrayList<>(List.of("unshare", "-mn", "sh", "-c", STAGES, "sh"));
    command.addAll(InetdProcess.command("inetd"));
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
    builder.environment().put("CONF", file.toString());
    builder.environment().put("CONTROL", directory.resolve("control").toString());
    builder.redirectInput(new File("/dev/null"));
    var process = builder.start();
    try {
      boolean ended = process.waitFor(90, TimeUnit.SECONDS);
      var text = Files.readString(output.toPath());
      assertThat(ended).as(text).isTrue();
      return text;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String stage(String output, String begin, String end) {
    return output.substring(output.indexOf(begin + '\n'), output.indexOf(end + '\n'));
  }

  @Test
  void rpcPrograms_areAnnouncedAgainAtAReloadAndWithdrawn() throws Exception {
    var output =
        run(
            """
            400001/1-2 dgram rpc/udp wait - /bin/cat cat
            400001/2 stream rpc/tcp4 wait - /bin/cat cat
            """);
    assertThat(output).contains("inetd.conf:1:1: error: rpcbind(8) does not run").contains("check 1");
    for (var stage : List.of(stage(output, "before", "again"), stage(output, "again", "after"))) {
      // Columns of rpcinfo -s: program, versions, netids, service, owner.
      assertThat(stage).as(output).containsPattern("400001 +(2,1|1,2) .*udp6").contains("tcp").contains("superuser");
    }
    assertThat(output.substring(output.indexOf("after\n") + 6)).as(output).doesNotContain("400001 ");
  }
}
