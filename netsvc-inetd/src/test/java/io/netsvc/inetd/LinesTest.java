package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes as lines of a log. */
@Timeout(10)
class LinesTest {

  private static List<String> lines(String... parts) {
    var found = new ArrayList<String>();
    var lines = new Lines(found::add);
    for (var part : parts) {
      lines.add(ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)));
    }
    lines.end();
    return found;
  }

  @Test
  void lines_inAnyPieces_areWhole() {
    assertThat(lines("a", "b\nc", "", "\r\n\n", "d")).containsExactly("ab", "c", "d");
    assertThat(lines("")).isEmpty();
  }

  @Test
  void line_withControlCharacters_isFiltered() {
    assertThat(lines("a\u001b[2Jb\tc\rd\u0000\u009b\u202e\n")).containsExactly("a?[2Jb\tc?d???");
  }

  @Test
  void line_longerThanTheLongest_isCutIntoPieces() {
    assertThat(lines("x".repeat(2_500) + "\ny")).containsExactly("x".repeat(1_000), "x".repeat(1_000), "x".repeat(500), "y");
    assertThat(lines("x".repeat(1_000) + "\n")).containsExactly("x".repeat(1_000));
  }

  @Test
  void line_cutWithinACharacter_isCutBeforeIt() {
    for (var c : List.of("\u00e9", "\u20ac", "\ud83d\ude00")) {
      for (int before = 996; before <= 1_000; before++) {
        var text = "x".repeat(before) + c.repeat(300);
        assertThat(String.join("", lines(text))).isEqualTo(text);
      }
    }
  }

  @Test
  void line_notOfUtf8_isReplaced() {
    var found = new ArrayList<String>();
    var lines = new Lines(found::add);
    var bytes = new byte[2_002];
    java.util.Arrays.fill(bytes, (byte) 0x80);
    lines.add(ByteBuffer.wrap(bytes));
    lines.end();
    assertThat(String.join("", found)).isEqualTo("\ufffd".repeat(2_002));
  }
}
