package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InetdCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  private int run(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private String file(String text) throws Exception {
    return Files.writeString(directory.resolve("c"), text).toString();
  }

  @Test
  void check_goodFile_isSilentAndExits0() throws Exception {
    assertThat(run("inetd", "--check", file("127.0.0.1:8081 stream tcp nowait - /bin/cat\n"))).isZero();
    assertThat(out.toString() + err).isEmpty();
  }

  @Test
  void check_example_isGood() {
    assertThat(run("inetd", "--check", "../examples/inetd.conf")).isZero();
    assertThat(out.toString() + err).isEmpty();
  }

  @Test
  void check_warningAlone_exits0() throws Exception {
    var file = file("127.0.0.1:8081 stream tcp nowait - /bin/cat cat # why\n");
    assertThat(run("inetd", "--check", file)).isZero();
    assertThat(out.toString().lines()).singleElement().asString().startsWith(file + ":1:49: warning: ");
  }

  @Test
  void check_errors_arePrintedWithPlacesAndExit1() throws Exception {
    var file =
        file(
            """
            127.0.0.1:8081 stream tcp nowait - /no/such/program
            127.0.0.1:8082 stream tcp nowait no-such-user /bin/cat
            no-such-service stream tcp nowait - /bin/cat
            8083 strem tcp nowait - /bin/cat
            """);
    assertThat(run("inetd", "--check", file)).isEqualTo(1);
    assertThat(out.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo(file + ":1:36: error: no such program: /no/such/program"),
            line -> assertThat(line).isEqualTo(file + ":2:34: error: no such user: \"no-such-user\""),
            line -> assertThat(line).startsWith(file + ":3:1: error: ").contains("no-such-service"),
            line -> assertThat(line).startsWith(file + ":4:6: error: read \"strem\", expected stream"));
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void inetd_missingFile_isOneLineAndExits2() {
    for (var option : new String[] {"--check", "--strict"}) {
      err.getBuffer().setLength(0);
      var file = directory.resolve("none").toString();
      assertThat(run("inetd", option, file)).isEqualTo(2);
      assertThat(err.toString().lines()).containsExactly("netsvc: " + file + ": No such file");
    }
    assertThat(run("inetd", directory.toString())).isEqualTo(2);
    assertThat(err.toString().lines().toList().getLast()).isEqualTo("netsvc: " + directory + ": Is a directory");
  }

  @Test
  void inetd_mistypedOption_isOneLineAndTheUsage() {
    assertThat(run("inetd", "--chek", "c")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("netsvc: Unknown option: '--chek', did you mean --check?\nUsage: netsvc inetd [");
    assertThat(misuse("inetd", "--grace", "-1", "c"))
        .startsWith("netsvc: --grace out of range: -1\nUsage: netsvc inetd [");
    assertThat(misuse("inetd", "--grace", "soon", "c"))
        .startsWith("netsvc: Invalid value for option '--grace': 'soon' is not a long\nUsage: ");
    assertThat(misuse("inetd")).startsWith("netsvc: Missing required parameter: 'FILE'\nUsage: ");
    assertThat(misuse("inted", "c"))
        .startsWith("netsvc: Unmatched arguments from index 0: 'inted', 'c', did you mean inetd?\nUsage: netsvc [");
    assertThat(misuse()).startsWith("netsvc: Missing required subcommand\nUsage: netsvc [");
  }

  private String misuse(String... args) {
    err.getBuffer().setLength(0);
    assertThat(run(args)).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    return err.toString();
  }

  @Test
  void inetd_portTaken_saysAddressAndCauseAndExits1() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      var file = file("127.0.0.1:" + port + " stream tcp nowait - /bin/cat\n");
      assertThat(run("inetd", file)).isEqualTo(1);
      assertThat(err.toString().lines())
          .containsExactly(
              file
                  + ":1:1: error: bind 127.0.0.1:%1$d: Address already in use (EADDRINUSE); this process itself (pid %2$d) listens on [::ffff:127.0.0.1]:%1$d: close that one, or take another port"
                      .formatted(port, ProcessHandle.current().pid()),
              "netsvc: " + file + ": nothing to serve");
    }
  }

  @Test
  void inetd_strictAndABrokenLine_servesNothingAndExits1() throws Exception {
    var file = file("nonsense\n127.0.0.1:1 stream tcp nowait - internal echo\n");
    assertThat(run("inetd", "--strict", file)).isEqualTo(1);
    assertThat(err.toString().lines().toList())
        .hasSize(2)
        .endsWith("netsvc: " + file + ": nothing to serve, refused by --strict");
  }
}
