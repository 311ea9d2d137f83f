package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** First messages of TLS clients, in all ways they can come in. */
@Timeout(60)
class ClientHelloTest {
  private static final byte[] AFTER = "after".getBytes(US_ASCII);

  private static ClientHello read(Segments from) throws IOException {
    return ClientHello.read(new Handshake(from, "test"));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  @Test
  void read_splitAnywhere_isTheSame_andNoByteMore() throws Exception {
    byte[] hello = Hello.to("www.Example.org");
    byte[] all = joined(hello, AFTER);
    for (int at = 0; at <= all.length; at++) {
      var from = new Segments(Arrays.copyOf(all, at), Arrays.copyOfRange(all, at, all.length));
      var read = read(from);
      assertThat(read.serverName()).as("%d", at).hasValue("www.example.org");
      assertThat(read.bytes()).isEqualTo(hello);
      assertThat(from.left()).isEqualTo(AFTER.length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 50, 16_384})
  void read_inManyRecords_isTheSame(int size) throws Exception {
    byte[] hello = Hello.fragmented(Hello.to("a.example"), size);
    var from = new Segments(joined(hello, AFTER));
    var read = read(from);
    assertThat(read.serverName()).hasValue("a.example");
    assertThat(read.bytes()).isEqualTo(hello);
    assertThat(from.left()).isEqualTo(AFTER.length);
  }

  @Test
  void read_withoutName_hasNone() throws Exception {
    var read = read(new Segments(Hello.to("")));
    assertThat(read.tls()).isTrue();
    assertThat(read.serverName()).isEmpty();
    byte[] old = new byte[5 + 4 + 34 + 1 + 2 + 2 + 2]; // no extensions at all
    old[0] = 22;
    old[1] = 3;
    old[4] = (byte) (old.length - 5);
    old[5] = 1;
    old[8] = (byte) (old.length - 9);
    old[5 + 4 + 34 + 1 + 1] = 2; // cipher suites
    old[5 + 4 + 34 + 1 + 4] = 1; // compression methods
    assertThat(read(new Segments(old)).serverName()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.0\r\n\r\n", "SSH-2.0-x\r\n", "\u0016\u0002xxxx"})
  void read_noTls_isSeenAsSoonAsCanBe(String text) throws Exception {
    var from = new Segments(text.getBytes(US_ASCII));
    var read = read(from);
    assertThat(read.tls()).isFalse();
    assertThat(read.bytes().length + from.left()).isEqualTo(text.length());
    assertThat(read.bytes()).hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void read_cutAnywhere_ends() throws Exception {
    byte[] hello = Hello.to("a.example");
    for (int length = 0; length < hello.length; length++) {
      var from = new Segments(Arrays.copyOf(hello, length));
      assertThatThrownBy(() -> read(from)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void read_tooLong_fails() {
    byte[] endless = new byte[9 + 80_000];
    endless[0] = 22;
    endless[1] = 3;
    endless[3] = 0x40; // a record of 16 KiB
    endless[5] = 1;
    endless[6] = 1; // a message of 64 KiB
    for (int at = 5 + 16_384; at < endless.length; at += 5 + 16_384) {
      System.arraycopy(endless, 0, endless, at, Math.min(5, endless.length - at));
    }
    endless[7] = (byte) 0;
    assertThatThrownBy(() -> read(new Segments(endless)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("test: TLS record of 16384 bytes in a ClientHello");
    endless[7] = (byte) 1;
    assertThatThrownBy(() -> read(new Segments(endless)))
        .hasMessage("test: ClientHello longer than 64 KiB");
    byte[] empty = {22, 3, 1, 0, 0};
    assertThatThrownBy(() -> read(new Segments(empty)))
        .hasMessage("test: TLS record of 0 bytes in a ClientHello");
    byte[] other = {22, 3, 1, 0, 1, 2};
    assertThatThrownBy(() -> read(new Segments(other)))
        .hasMessage("test: TLS without a ClientHello");
  }

  /** Whatever is wrong, it is said in its own way, or it is another name. */
  @Test
  void read_damaged_failsAsAProtocol() throws Exception {
    byte[] hello = Hello.to("a.example");
    var random = new Random(1);
    int failed = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = hello.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(read(new Segments(damaged)).bytes()).isNotEmpty();
      } catch (EOFException | ProtocolException e) {
        failed++;
      }
    }
    assertThat(failed).isPositive();
  }
}
