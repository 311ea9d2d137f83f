package io.netsvc.services;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded answer of glibc, on the same bytes. */
class GlibcOracleTest {
  private static final Pattern BYTE = Pattern.compile("\\\\x([0-9a-f]{2})");

  @TempDir Path directory;

  record Row(String id, String file, String query, String glibc, Optional<String> deviation) {
    @Override
    public String toString() {
      return id + ": " + query;
    }
  }

  static Stream<Row> rows() {
    try (var in = GlibcOracleTest.class.getResourceAsStream("glibc-oracle.tsv")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), ISO_8859_1);
      return text.lines().filter(line -> !line.startsWith("#")).map(GlibcOracleTest::row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(String line) {
    var field = line.split("\t", -1);
    var deviation = field.length > 4 ? Optional.of(unescape(field[4])) : Optional.<String>empty();
    return new Row(field[0], unescape(field[1]), unescape(field[2]), unescape(field[3]), deviation);
  }

  private static String unescape(String text) {
    return BYTE.matcher(text)
        .replaceAll(
            m ->
                java.util.regex.Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(m.group(1), 16))));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void database_asked_answersAsGlibc(Row row) throws IOException {
    var file = directory.resolve("services");
    byte[] bytes = row.file().getBytes(ISO_8859_1);
    Files.write(file, bytes);
    var database = ServicesDatabase.read(file);
    var charset = new String(bytes, UTF_8).contains("\uFFFD") ? ISO_8859_1 : UTF_8;

    var query = new String(row.query().getBytes(ISO_8859_1), charset).split(" ", -1);
    var answer =
        ask(database, query).stream().map(e -> render(e, charset)).collect(joining("; "));

    assertThat(answer).isEqualTo(row.deviation().orElse(row.glibc()));
    if (row.deviation().isPresent()) {
      assertThat(database.diagnostics()).extracting(Diagnostic::line).containsExactly(1);
    }
  }

  private static List<ServiceEntry> ask(ServicesDatabase database, String[] query) {
    boolean any = query.length > 2 && query[2].equals("-");
    return switch (query[0]) {
      case "E" -> database.all();
      case "N" ->
          (any ? database.find(query[1]) : database.find(query[1], query[2])).stream().toList();
      case "B" -> {
        int port = Integer.parseInt(query[1]);
        yield (any ? database.find(port) : database.find(port, query[2])).stream().toList();
      }
      default -> throw new IllegalArgumentException(query[0]);
    };
  }

  private static String render(ServiceEntry entry, Charset charset) {
    var head = entry.name() + " " + entry.port() + "/" + entry.protocol();
    var text = Stream.concat(Stream.of(head), entry.aliases().stream()).collect(joining(" "));
    return new String(text.getBytes(charset), ISO_8859_1);
  }
}
