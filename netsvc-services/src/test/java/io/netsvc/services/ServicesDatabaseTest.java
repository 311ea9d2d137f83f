package io.netsvc.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServicesDatabaseTest {
  private static final String SMALL = "http 80/tcp www\nhttps 443/tcp\nsyslog 514/udp\n";

  private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp", "dccp", "xyz", "");

  @TempDir Path directory;

  @Test
  void iana_asked_holdsTheRegistry() {
    var iana = ServicesDatabase.iana();

    assertThat(iana.all()).hasSizeGreaterThan(11_000);
    assertThat(iana.find(993, "tcp").orElseThrow().name()).isEqualTo("imaps");
    assertThat(iana.port("imaps", "tcp")).hasValue(993);
    assertThat(iana.port("imaps", "xyz")).isEmpty();
    assertThat(iana.find("no-such-service")).isEmpty();
    assertThat(iana.find(-1)).isEmpty();
    assertThat(iana.find(65536 + 80)).isEmpty();
  }

  @Test
  void iana_whereCommonUseDiffers_followsCommonUse() {
    var iana = ServicesDatabase.iana();

    assertThat(iana.find(80, "tcp").orElseThrow().name()).isEqualTo("http");
    assertThat(iana.find(2049).orElseThrow().name()).isEqualTo("nfs");
    assertThat(iana.find(465, "tcp").orElseThrow().name()).isEqualTo("submissions");
    assertThat(iana.find("http-alt").orElseThrow().port()).isEqualTo(8080);
    assertThat(iana.find(512, "udp").orElseThrow().name()).isEqualTo("biff");
    assertThat(iana.find(514, "udp").orElseThrow().name()).isEqualTo("syslog");
    assertThat(iana.find(520, "udp").orElseThrow().name()).isEqualTo("route");
  }

  @Test
  void iana_everyEntry_isFoundAsInAFileOfTheSameEntries() {
    var iana = ServicesDatabase.iana();
    var file =
        ServicesDatabase.parse(
            iana.all().stream()
                .map(ServicesDatabaseTest::line)
                .collect(Collectors.joining("\n")));

    assertThat(file.diagnostics()).isEmpty();
    assertThat(file.all()).isEqualTo(iana.all());
    for (var entry : iana.all()) {
      assertAnswersAlike(iana, file, entry.name());
      entry.aliases().forEach(alias -> assertAnswersAlike(iana, file, alias));
      assertAnswersAlike(iana, file, entry.name() + "x");
    }
    for (int port = -1; port <= 65537; port++) {
      assertThat(iana.find(port)).isEqualTo(file.find(port));
      for (var protocol : PROTOCOLS) {
        assertThat(iana.find(port, protocol)).isEqualTo(file.find(port, protocol));
      }
    }
  }

  private static void assertAnswersAlike(ServicesDatabase a, ServicesDatabase b, String name) {
    assertThat(a.find(name)).isEqualTo(b.find(name));
    for (var protocol : PROTOCOLS) {
      assertThat(a.find(name, protocol)).isEqualTo(b.find(name, protocol));
    }
  }

  @Test
  void iana_askedAgain_answersWithTheSameObject() {
    var iana = ServicesDatabase.iana();

    assertThat(iana.find("imaps", "tcp")).isSameAs(iana.find("imaps", "tcp")).isPresent();
    assertThat(iana.find("imaps")).isSameAs(iana.find("imaps"));
    assertThat(iana.find(993, "tcp")).isSameAs(iana.find(993, "tcp")).isPresent();
    assertThat(iana.find(993)).isSameAs(iana.find(993));
  }

  private static String line(ServiceEntry entry) {
    var aliases = String.join(" ", entry.aliases());
    return entry.name() + " " + entry.port() + "/" + entry.protocol() + " " + aliases;
  }

  @Test
  void resolve_nameOrNumber_returnsPort() {
    var database = ServicesDatabase.parse(SMALL + "80 81/tcp\n");

    assertThat(database.resolve("www", "tcp")).isEqualTo(80);
    assertThat(database.resolve("080")).isEqualTo(80);
    assertThat(database.resolve("65535", "udp")).isEqualTo(65535);
    assertThatThrownBy(() -> database.resolve("65536")).hasMessageContaining("out of range");
    assertThatThrownBy(() -> database.resolve("99999999999999999999"))
        .isInstanceOf(NoSuchServiceException.class);
    assertThatThrownBy(() -> database.resolve("")).isInstanceOf(NoSuchServiceException.class);
  }

  @Test
  void resolve_misspelt_suggestsNearNames() {
    var database = ServicesDatabase.parse(SMALL);

    assertThat(suggestions(database, "htpt", "tcp")).containsExactly("http", "https");
    assertThat(suggestions(database, "SYSLOG", "udp")).containsExactly("syslog");
    assertThat(suggestions(database, "syslgo", "tcp")).isEmpty();
    assertThatThrownBy(() -> database.resolve("htpt\u001b[2J")).hasMessageNotContaining("\u001b");
    assertThat(suggestions(ServicesDatabase.iana(), "imap", "udp")).hasSizeLessThanOrEqualTo(3);
  }

  private static List<String> suggestions(
      ServicesDatabase database, String name, String protocol) {
    return catchThrowableOfType(
            NoSuchServiceException.class, () -> database.resolve(name, protocol))
        .suggestions();
  }

  @Test
  void orElse_unknownInTheFirst_asksTheSecond() {
    var chain = ServicesDatabase.parse("http 8000/tcp\n").orElse(ServicesDatabase.parse(SMALL));

    assertThat(chain.find("http").orElseThrow().port()).isEqualTo(8000);
    assertThat(chain.find("www").orElseThrow().port()).isEqualTo(80);
    assertThat(chain.find(443, "tcp")).isPresent();
    assertThat(chain.all()).hasSize(4);
  }

  @Test
  void refreshed_fileRewritten_returnsNewerSnapshot() throws IOException {
    var file = Files.writeString(directory.resolve("services"), SMALL);
    var old = ServicesDatabase.read(file);
    var chain = old.orElse(ServicesDatabase.iana());
    assertThat(old.refreshed()).isSameAs(old);
    assertThat(chain.refreshed()).isSameAs(chain);

    Files.writeString(file, SMALL + "mine 4000/tcp\n");

    assertThat(old.refreshed().find("mine")).isPresent();
    assertThat(chain.refreshed().find("mine")).isPresent();
    assertThat(old.find("mine")).isEmpty();

    Files.delete(file);
    assertThatThrownBy(old::refreshed).isInstanceOf(NoSuchFileException.class);
    assertThat(old.find("http")).isPresent();
  }

  @Test
  void optionalFile_missingThenWritten_standsInThenIsRead() throws IOException {
    var file = directory.resolve("services");
    Lookup missing = Snapshot.of(file, true);
    assertThat(missing.byName("imaps", null)).isPresent();
    assertThat(missing.refreshed()).isSameAs(missing);

    Files.writeString(file, "mine 4000/tcp\n");

    var written = missing.refreshed();
    assertThat(written.byName("mine", null)).isPresent();
    assertThat(written.byName("imaps", null)).isEmpty();
    Files.delete(file);
    assertThat(written.refreshed().byName("imaps", null)).isPresent();
  }

  @Test
  void read_directoryOrMissing_throws() {
    assertThatThrownBy(() -> ServicesDatabase.read(directory)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> ServicesDatabase.read(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void diagnostics_badLines_tellTheLine() {
    var database = ServicesDatabase.parse("a 65536/tcp\n\n# x\nb\nc 8,tcp\nok 1/tcp\nd -1/udp\n  e 2/tcp");

    assertThat(database.diagnostics()).extracting(Diagnostic::line).containsExactly(1, 4, 5, 7, 8);
    assertThat(database.diagnostics().getFirst().message())
        .isEqualTo("ignored: port out of range: \"65536\"");
    assertThat(database.all()).extracting(ServiceEntry::name).containsExactly("ok", "e");
  }

  @Test
  void parse_veryLongLinesAndManyAliases_readsAll() {
    var name = "n".repeat(5000);
    var aliases = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      aliases.append(" al").append(i);
    }
    var database =
        ServicesDatabase.parse(
            "#" + "q".repeat(2_000_000) + "\n" + name + " 1/tcp x\na 2/tcp" + aliases + "\n"
                + "b 3/tcp " + "q".repeat(2_000_000) + "\nc 4/tcp\n");

    assertThat(database.port(name, "tcp")).hasValue(1);
    assertThat(database.port("x", "tcp")).hasValue(1);
    assertThat(database.port("al1999", "tcp")).hasValue(2);
    assertThat(database.find(4)).isPresent();
  }

  @Test
  void parse_oneNameManyTimes_staysFast() {
    var text = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      text.append("a ").append(i % 65536).append("/tcp\n");
    }
    assertThat(ServicesDatabase.parse(text).port("a", "tcp")).hasValue(0);
  }
}
