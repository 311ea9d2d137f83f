package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ServicesCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  private int run(String... args) {
    return new CommandLine(new ServicesCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  @Test
  void services_known_printsAsGetent() {
    assertThat(run("--iana", "imaps", "993/tcp", "domain/udp", "EtherNet/IP-1")).isZero();

    assertThat(out.toString().lines())
        .startsWith(
            "imaps                 993/tcp",
            "imaps                 993/tcp",
            "domain                53/udp")
        .hasSize(4);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void services_unknown_saysNearNamesAndExits2() {
    assertThat(run("--iana", "htpps/tcp", "1/xyz", "70000")).isEqualTo(2);

    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("htpps").contains("did you mean https"),
            line -> assertThat(line).endsWith("unknown port 1/xyz"),
            line -> assertThat(line).contains("out of range"));
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void services_missingFile_saysSoInOneLineAndExits2() {
    assertThat(run("--file", directory.resolve("none").toString(), "http")).isEqualTo(2);

    assertThat(err.toString().lines()).singleElement().asString().endsWith("none: No such file");
  }

  @Test
  void services_fileAndAll_printsTheFile() throws IOException {
    var file = Files.writeString(directory.resolve("f"), "http 80/tcp www\n");

    assertThat(run("--file", file.toString(), "--all")).isZero();

    assertThat(out.toString().lines()).containsExactly("http                  80/tcp www");
  }

  @Test
  void check_badLine_printsFileLineMessageAndExits1() throws IOException {
    var file = Files.writeString(directory.resolve("f"), "a 1/tcp\nb 70000/tcp\n");

    assertThat(run("--check", file.toString())).isEqualTo(1);

    assertThat(out.toString().lines())
        .containsExactly(file + ":2: ignored: port out of range: \"70000\"");
  }

  @Test
  void check_cleanFile_exits0() throws IOException {
    assertThat(run("--check", Files.writeString(directory.resolve("f"), "a 1/tcp\n").toString()))
        .isZero();
  }

  @Test
  void services_nothingAsked_isAUsageError() {
    assertThat(run()).isEqualTo(2);
  }
}
