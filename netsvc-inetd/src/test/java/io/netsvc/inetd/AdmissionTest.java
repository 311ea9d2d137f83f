package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may have a service, by each rule and in which order; on a clock of the test's own. */
@Timeout(60)
class AdmissionTest {
  @TempDir private Path directory;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it wraps around

  private static final PeerNames NAMES =
      new Zone().with("mail.example.org", "10.0.0.9").with("host", "10.0.0.8").with("six.example.net", "2001:db8::1");

  private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);

  private static InetSocketAddress peer(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 40_000);
  }

  private static boolean permit(String onlyFrom, String noAccess, String address) {
    var only = onlyFrom.equals("-") ? Optional.<List<String>>empty() : Optional.of(words(onlyFrom));
    return SourceRules.of(only, words(noAccess)).permit(peer(address), NAMES);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "- | '' | 10.0.0.1 | true", "'' | '' | 10.0.0.1 | false", "10.0.0.0/8 | '' | 10.9.9.9 | true",
        "10.0.0.0/8 | '' | 11.0.0.1 | false", "10.0.0.0 | '' | 10.1.2.3 | true", "10.1.0.0 | '' | 10.2.0.0 | false",
        "10.1.2.{3,5} | '' | 10.1.2.5 | true", "10.1.2.{3,5} | '' | 10.1.2.4 | false",
        "0.0.0.0 | 10.0.0.1 | 10.0.0.1 | false", "ALL | '' | ::1 | true", "10.0.0.0/8 | 10.0.0.0/8 | 10.0.0.1 | false",
        "10.0.0.1 | 10.0.0.0/8 | 10.0.0.1 | true", "10.1.2.3/8 | '' | 10.200.0.1 | true", "::1 | '' | ::1 | true",
        "2001:db8::/32 | '' | 2001:db8::9 | true", "host | '' | 10.0.0.8 | true", "host | '' | 10.0.0.7 | false",
        "- | host | 10.0.0.8 | false", ".example.org | '' | 10.0.0.9 | true", ".example.org | '' | 10.0.0.8 | false",
        "- | .example.org | 10.0.0.9 | false", "10.0.0.0/8 | .example.org | 10.0.0.9 | true"
      })
  void sourceRules_moreSpecificDecides(String onlyFrom, String noAccess, String address, boolean permitted) {
    assertThat(permit(onlyFrom, noAccess, address)).isEqualTo(permitted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.256", "10.0.0.0/33", "10.0.0.{1", "10.{1,2}.0", "a b", "10.0.0.{a}", "::1/129", "*"})
  void sourceRules_wrongWord_isNamed(String word) {
    assertThatThrownBy(() -> SourceRules.of(Optional.of(List.of(word)), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("read \"" + word + "\", expected an address, a network");
  }

  @Test
  void sourceRules_anyWord_isReadOrRefused() {
    var random = new Random(20_261_128);
    var pieces = new String[] {"1", "255", ".", "/", "{", "}", ",", ":", "[", "]", "a", "ALL", "%", "\u00e9", "99999999999"};
    for (int i = 0; i < 20_000; i++) {
      var word = new StringBuilder();
      for (int j = random.nextInt(12); j >= 0; j--) {
        word.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        SourceRules.of(Optional.of(List.of(word.toString())), List.of());
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("read ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "08:00-18:30,08:00:00,true", "08:00-18:30,18:30:59,true", "08:00-18:30,18:31:00,false", "08:00-18:30,07:59:59,false",
    "22:00-06:00,23:00:00,true", "22:00-06:00,06:00:30,true", "22:00-06:00,12:00:00,false", "9:5-9:05,09:05:00,"
  })
  void accessTimes_bothEndsAreWithin(String range, LocalTime time, Boolean allowed) {
    if (allowed == null) {
      assertThatThrownBy(() -> AccessTimes.parse(List.of(range))).hasMessageContaining("expected a range of times");
    } else {
      assertThat(AccessTimes.parse(List.of(range)).allows(time)).isEqualTo(allowed);
    }
  }

  @Test
  void tokenBucket_fillsEvenly() {
    var bucket = new TokenBucket(new Rate(4, Duration.ofSeconds(2), Duration.ZERO), nanos.get());
    for (int i = 0; i < 4; i++) {
      assertThat(bucket.take(nanos.get())).isTrue();
    }
    assertThat(bucket.take(nanos.get())).isFalse();
    assertThat(bucket.waitNanos(nanos.get())).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(501));
    assertThat(bucket.take(nanos.get())).isTrue();
    assertThat(bucket.take(nanos.get())).isFalse();
    nanos.addAndGet(TimeUnit.DAYS.toNanos(300));
    for (int i = 0; i < 4; i++) {
      assertThat(bucket.take(nanos.get())).isTrue();
    }
    assertThat(bucket.take(nanos.get())).isFalse();
  }

  @Test
  void startRate_withAPause_beginsAnewAfterIt() {
    var rate = new StartRate(Optional.of(new Rate(2, Duration.ofSeconds(1), Duration.ofSeconds(10))), nanos::get);
    assertThat(rate.start()).isZero();
    assertThat(rate.start()).isEqualTo(Duration.ofSeconds(10).toNanos());
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(rate.start()).isZero();
    assertThat(rate.start()).isEqualTo(Duration.ofSeconds(10).toNanos());
  }

  @Test
  void sources_limitOneAddressAndLeaveOthers() {
    var sources = new Sources(Optional.of(Rate.perMinute(3)), Optional.of(2), nanos::get);
    assertThat(sources.admit("a")).isEmpty();
    assertThat(sources.admit("a")).isEmpty();
    assertThat(sources.admit("a")).contains(Refusal.PER_SOURCE);
    assertThat(sources.admit("b")).isEmpty();
    sources.ended("a");
    assertThat(sources.admit("a")).isEmpty();
    sources.ended("a");
    assertThat(sources.admit("a")).contains(Refusal.SOURCE_RATE);
    assertThat(Sources.of(peer("2001:db8::1"))).isEqualTo(Sources.of(peer("2001:db8::ffff")));
    assertThat(Sources.of(peer("2001:db8:0:1::1"))).isNotEqualTo(Sources.of(peer("2001:db8::1")));
  }

  @Test
  void sources_ofTenThousandAddresses_areBounded() {
    var sources = new Sources(Optional.empty(), Optional.of(1), nanos::get);
    assertThat(sources.admit("first")).isEmpty();
    for (int i = 0; i < 50_000; i++) {
      assertThat(sources.admit("s" + i)).isEmpty();
      sources.ended("s" + i);
    }
    assertThat(sources.admit("first")).as("what runs is not forgotten").contains(Refusal.PER_SOURCE);
  }

  private Admission.Surroundings surroundings(LocalTime time) throws Exception {
    var load = Files.writeString(directory.resolve("loadavg"), "2.50 1.00 0.50 1/2 3\n");
    var allow = Files.writeString(directory.resolve("allow"), "in.x: 10.0.0.0/255.0.0.0 EXCEPT 10.0.0.5\n");
    var deny = Files.writeString(directory.resolve("deny"), "ALL: ALL\n");
    return new Admission.Surroundings(
        NAMES,
        new TcpWrappers(allow, deny),
        new LoadAverage(load, nanos::get),
        new Outlaws(nanos::get),
        () -> time,
        nanos::get);
  }

  @Test
  void ask_byAllRules_givesTheFirstReason() throws Exception {
    var spec =
        ServiceSpec.at(Listen.tcp("80"))
            .with(Attribute.ONLY_FROM, List.of("10.0.0.0/8", "127.0.0.1"))
            .with(Attribute.WRAPPERS, "in.x")
            .with(Attribute.ACCESS_TIMES, List.of("08:00-18:00"))
            .with(Attribute.PER_SOURCE, 1)
            .with(Attribute.MAX_LOAD, 300);
    var day = new Admission(spec, surroundings(LocalTime.NOON));
    assertThat(day.blocks()).isTrue();
    assertThat(day.ask(LOCAL, peer("11.0.0.1"))).contains(Refusal.ACCESS);
    assertThat(day.ask(LOCAL, peer("127.0.0.1"))).contains(Refusal.WRAPPERS);
    assertThat(day.ask(LOCAL, peer("10.0.0.5"))).contains(Refusal.WRAPPERS);
    assertThat(day.ask(LOCAL, peer("10.0.0.6"))).isEmpty();
    assertThat(day.ask(LOCAL, peer("10.0.0.6"))).contains(Refusal.PER_SOURCE);
    day.left(peer("10.0.0.6"));
    assertThat(day.ask(LOCAL, peer("10.0.0.6"))).isEmpty();
    assertThat(new Admission(spec, surroundings(LocalTime.MIDNIGHT)).ask(LOCAL, peer("10.0.0.6"))).contains(Refusal.TIME);
    var busy = new Admission(spec.with(Attribute.MAX_LOAD, 249), surroundings(LocalTime.NOON));
    assertThat(busy.ask(LOCAL, peer("10.0.0.6"))).contains(Refusal.LOAD);
    assertThat(busy.ask(LOCAL, peer("10.0.0.6"))).as("nobody counts as served").contains(Refusal.LOAD);
    var never = ServiceSpec.at(Listen.tcp("80"));
    assertThat(new Admission(never.with(Attribute.INSTANCES, 0), surroundings(LocalTime.NOON)).ask(LOCAL, peer("::1")))
        .contains(Refusal.INSTANCES);
    assertThat(new Admission(never.with(Attribute.RATE, Rate.perMinute(0)), surroundings(LocalTime.NOON)).ask(LOCAL, peer("::1")))
        .contains(Refusal.RATE);
    assertThat(new Admission(never, surroundings(LocalTime.NOON)).asksNobody()).isTrue();
  }

  @Test
  void outlaws_areRefusedForTheirTime() {
    var outlaws = new Outlaws(nanos::get);
    outlaws.add("a", Duration.ofNanos(100));
    outlaws.add("b", Duration.ZERO);
    assertThat(outlaws.has("a")).isTrue();
    nanos.addAndGet(100);
    assertThat(outlaws.has("a")).isFalse();
    assertThat(outlaws.has("b")).as("for ever").isTrue();
  }

  @Test
  void refusalLog_isALineASecondForEachReason() {
    var log = new RefusalLog(nanos::get);
    assertThat(log.mayLog(Refusal.ACCESS)).isZero();
    assertThat(log.mayLog(Refusal.ACCESS)).isEqualTo(-1);
    assertThat(log.mayLog(Refusal.ACCESS)).isEqualTo(-1);
    assertThat(log.mayLog(Refusal.LOAD)).isZero();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(log.mayLog(Refusal.ACCESS)).isEqualTo(2);
  }

  @Test
  void lately_countsTheLastMinute() {
    var lately = new Lately(nanos::get);
    for (int i = 0; i < 60; i++) {
      lately.count();
    }
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(90));
    assertThat(lately.inLastMinute()).isEqualTo(30);
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(5));
    assertThat(lately.inLastMinute()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALL: ALL | true", "in.y: ALL | false", "in.x: 10. | true", "in.x: 11. | false", "in.x: .example.org | true",
        "in.x: mail.example.org | true", "in.x: mail.example.net | false", "in.x: *.example.* | true",
        "in.x: ma?l* | true", "in.x: *.net | false", "in.x: 10.0.0.0/8 | true", "in.x: 10.0.0.0/255.255.255.0 | true",
        "in.x: [2001:db8::]/32 | false", "in.x: KNOWN | true", "in.x: UNKNOWN | false", "in.x: LOCAL | false",
        "in.x, in.z: ALL EXCEPT 10.0.0.9 | false", "ALL EXCEPT in.x: ALL | false",
        "in.x: ALL EXCEPT 10. EXCEPT 10.0.0.9 | true", "in.x: user@10.0.0.9 | false", "in.x@192.0.2.1: ALL | true",
        "in.x: ALL: DENY | false", "in.x: 10. : allow | true", "in.x: ALL : spawn (/bin/false) | true",
        "in.x: \\\\N 10.0.0.9 | true", "nonsense | false"
      })
  void wrappers_lineOfHostsAllow_decides(String line, boolean permitted) throws Exception {
    var allow = Files.writeString(directory.resolve("allow"), "# a comment\n" + line.replace("\\\\N", "\\\n") + "\n");
    var deny = Files.writeString(directory.resolve("deny"), "ALL: ALL\n");
    assertThat(new TcpWrappers(allow, deny).permit("in.x", LOCAL, peer("10.0.0.9"), NAMES)).isEqualTo(permitted);
  }

  @Test
  void wrappers_changedOrMissingFile_counts() throws Exception {
    var allow = directory.resolve("allow");
    var deny = Files.writeString(directory.resolve("deny"), "ALL: 10.\n");
    var wrappers = new TcpWrappers(allow, deny);
    assertThat(wrappers.permit("x", LOCAL, peer("10.0.0.9"), NAMES)).isFalse();
    assertThat(wrappers.permit("x", LOCAL, peer("11.0.0.9"), NAMES)).isTrue();
    Files.writeString(allow, "x: 10.0.0.9\n");
    assertThat(wrappers.permit("x", LOCAL, peer("10.0.0.9"), NAMES)).isTrue();
    Files.delete(allow);
    Files.delete(deny);
    assertThat(wrappers.permit("x", LOCAL, peer("10.0.0.1"), NAMES)).isTrue();
  }
}
