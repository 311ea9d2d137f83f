package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names by a name service of the test's own, which says what it is told and hangs when it is told to. */
@Timeout(60)
class PeerNamesTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.9");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it wraps around
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch answered = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    answered.countDown();
  }

  private final class Service implements PeerNames.NameService {
    private final String name;
    private final boolean hangs;

    Service(String name, boolean hangs) {
      this.name = name;
      this.hangs = hangs;
    }

    @Override
    public Optional<String> name(InetAddress address) throws IOException {
      asked();
      if (name.equals("fails")) {
        throw new IOException("no answer");
      }
      return Optional.of(name).filter(n -> !n.isEmpty());
    }

    @Override
    public List<InetAddress> addresses(String host) throws UnknownHostException {
      asked();
      var addresses =
          Map.of("mail.example.org", "10.0.0.9", "www.example.org", "10.0.0.8", "10.0.0.9", "10.0.0.9", "a b", "10.0.0.9");
      if (!addresses.containsKey(host)) {
        throw new UnknownHostException(host);
      }
      return List.of(InetAddress.ofLiteral(addresses.get(host)));
    }

    private void asked() {
      assertThat(Thread.currentThread().isVirtual()).as("it would hold the carrier").isFalse();
      assertThat(Thread.currentThread().isDaemon()).isTrue();
      asked.incrementAndGet();
      if (hangs) {
        try {
          answered.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private PeerNames names(String name) {
    return new PeerNames(new Service(name, false), LONG, nanos::get);
  }

  private PeerNames hanging(String name) {
    return new PeerNames(new Service(name, true), SHORT, nanos::get);
  }

  @ParameterizedTest
  @CsvSource({
    "Mail.Example.org,Verified[name=mail.example.org]", "'',NONE", "www.example.org,FORGED", "gone.example.org,UNAVAILABLE",
    "fails,UNAVAILABLE", "10.0.0.9,FORGED", "a b,FORGED", "mail.example.0x1,FORGED"
  })
  void name_ofAClient_isOnlyWhatHasItsAddress(String said, String expected) {
    assertThat(names(said).of(CLIENT)).hasToString(expected);
  }

  @Test
  void lookup_onAVirtualThread_isMadeOnAPlatformThread() throws Exception {
    var names = names("mail.example.org");
    var thread = Thread.ofVirtual().start(() -> names.of(CLIENT));
    thread.join();
    assertThat(asked).hasValue(2);
    assertThat(names.of(CLIENT)).isEqualTo(new PeerName.Verified("mail.example.org"));
    assertThat(asked).as("kept").hasValue(2);
  }

  @Test
  void lookup_overTheDeadline_isUnavailableAndItsAnswerIsThereForTheNext() throws Exception {
    var names = hanging("mail.example.org");
    assertThat(names.of(CLIENT)).isEqualTo(PeerName.Missing.UNAVAILABLE);
    assertThat(names.of(CLIENT)).isEqualTo(PeerName.Missing.UNAVAILABLE);
    assertThat(asked).as("asked once while it hangs").hasValue(1);
    answered.countDown();
    while (names.of(CLIENT) == PeerName.Missing.UNAVAILABLE) {
      Thread.onSpinWait(); // each turn waits for the answer
    }
    assertThat(asked).hasValue(2);
  }

  @Test
  void lookups_ofManyClientsThatHang_leaveThoseOfRulesAlone() {
    var names = hanging("mail.example.org");
    for (int i = 0; i < 200; i++) {
      assertThat(names.of(InetAddress.ofLiteral("10.1.0." + i))).isEqualTo(PeerName.Missing.UNAVAILABLE);
    }
    assertThat(asked).as("threads").hasValueLessThanOrEqualTo(8);
    assertThat(names.addresses("mail.example.org")).isEmpty();
    assertThat(asked).hasValueLessThanOrEqualTo(9);
    answered.countDown();
    while (names.addresses("mail.example.org").isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void lookup_whenInterrupted_isUnavailable() {
    var names = hanging("mail.example.org");
    Thread.currentThread().interrupt();
    assertThat(names.of(CLIENT)).isEqualTo(PeerName.Missing.UNAVAILABLE);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void answer_isKeptForAMinute_andAFailureForSeconds() {
    var names = names("mail.example.org");
    for (int i = 0; i < 2; i++) {
      assertThat(names.addresses("mail.example.org")).contains(List.of(CLIENT));
      assertThat(names.addresses("gone.example.org")).isEmpty();
      nanos.addAndGet(Duration.ofSeconds(4).toNanos());
    }
    assertThat(asked).hasValue(2);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(names.addresses("mail.example.org")).isPresent();
    assertThat(asked).hasValue(2);
    assertThat(names.addresses("gone.example.org")).isEmpty();
    assertThat(asked).hasValue(3);
    nanos.addAndGet(Duration.ofSeconds(60).toNanos());
    assertThat(names.addresses("mail.example.org")).isPresent();
    assertThat(asked).hasValue(4);
  }
}
