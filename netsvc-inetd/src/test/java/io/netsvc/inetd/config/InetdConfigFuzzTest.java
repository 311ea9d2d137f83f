package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the bytes, the parser returns, and each entry is a service or one error. */
@Timeout(60)
final class InetdConfigFuzzTest {
  private static final String[] PIECES = {
    "stream", "dgram", "tcp", "udp6", "unix", "wait", "nowait", ".1", "/", "/a", "~/", "internal", "root", ":", "::1",
    "[", "]", "*", ",", "sndbuf=", "9k", "80", "99999", "\"", "'", "#", "#@", "\\", "\n", "\r", "\n ", " ", "\t", " ",
    " ", "\0", "\u202e", "\ufffd", "\ud800", "\ufeff", "\u0660", "echo", ".", "-", "rpc/", "tcpmux/"
  };

  @Test
  void parse_anyBytes_returns() {
    var random = new Random(20_250_101);
    for (int i = 0; i < 3_000; i++) {
      var bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      check(new String(bytes, i % 2 == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
    }
  }

  @Test
  void parse_anyMixOfPieces_returns() {
    var random = new Random(20_250_102);
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int j = random.nextInt(60); j > 0; j--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      check(text.toString());
    }
  }

  @Test
  void parse_mutatedEntry_returns() {
    var random = new Random(20_250_103);
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder("[::1],h:80 stream tcp,sndbuf=1k nowait/1/2 u:g /bin/x 'y z' w\n");
      for (int j = random.nextInt(4); j >= 0; j--) {
        int at = random.nextInt(text.length());
        text.replace(at, at + random.nextInt(2), PIECES[random.nextInt(PIECES.length)]);
      }
      check(text.toString());
    }
  }

  @Test
  void parse_longInputs_end() {
    for (var piece : new String[] {"'a' ", "\" ", "a,", ":", "9", "/1", "\n \\", "# ", "1 stream tcp\n", "[::1],"}) {
      var text = piece.repeat(400_000); // what takes the square of that does not end in a minute
      InetdConfig.parse("f", text);
      InetdConfig.parse("f", "1 stream tcp nowait a /a " + text);
      InetdConfig.parse("f", text + ":80 stream tcp nowait a /a");
    }
  }

  private static void check(String text) {
    var config = InetdConfig.parse("f", text);
    long lines = text.chars().filter(c -> c == '\n').count() + 1;
    for (var diagnostic : config.diagnostics()) {
      assertThat(diagnostic.line()).isBetween(1, (int) lines);
      assertThat(diagnostic.column()).isPositive();
      assertThat(diagnostic.message()).hasSizeLessThan(500);
      assertThat(diagnostic.message().chars().noneMatch(Character::isISOControl)).isTrue();
    }
    for (var service : config.services()) {
      assertThat(service.argv()).isNotEmpty();
      for (var listen : service.listens()) {
        assertThat(listen.protocol().carries(listen.type())).isTrue();
      }
      assertThat(service.name()).isNotEmpty();
    }
  }
}
