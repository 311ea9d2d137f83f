package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits that stay bounded, whatever number is asked of them and however many clients come. */
@Timeout(60)
class LimitsTest {
  private static final Duration EVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it wraps around

  @Test
  void sources_allRefused_areNotKept() {
    var sources = new Sources(Optional.empty(), Optional.of(0), nanos::get);
    for (int i = 0; i < 50_000; i++) {
      assertThat(sources.admit("s" + i)).contains(Refusal.PER_SOURCE);
    }
    assertThat(sources.known()).isZero();
  }

  @Test
  void sources_ofARateOfNone_areBounded() {
    var sources = new Sources(Optional.of(Rate.perMinute(0)), Optional.empty(), nanos::get);
    for (int i = 0; i < 50_000; i++) {
      assertThat(sources.admit("s" + i)).contains(Refusal.SOURCE_RATE);
    }
    assertThat(sources.known()).isLessThanOrEqualTo(10_000);
  }

  @Test
  void sources_thatRunNothing_areForgottenWithoutARate() {
    var sources = new Sources(Optional.empty(), Optional.of(2), nanos::get);
    assertThat(sources.admit("a")).isEmpty();
    assertThat(sources.admit("b")).isEmpty();
    sources.ended("a");
    assertThat(sources.known()).isEqualTo(1);
    sources.ended("a");
    assertThat(sources.admit("a")).as("an end too many counts for nothing").isEmpty();
    assertThat(sources.admit("a")).isEmpty();
    assertThat(sources.admit("a")).contains(Refusal.PER_SOURCE);
  }

  @Test
  void sources_whoseRateIsBack_areForgotten() {
    var sources = new Sources(Optional.of(Rate.perMinute(1)), Optional.empty(), nanos::get);
    for (int i = 0; i < 1_000; i++) {
      assertThat(sources.admit("s" + i)).isEmpty();
      sources.ended("s" + i);
    }
    assertThat(sources.known()).isEqualTo(1_000);
    assertThat(sources.admit("s7")).as("its minute is not over").contains(Refusal.SOURCE_RATE);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
    for (int i = 0; i < 1_000; i++) {
      assertThat(sources.admit("late")).isEqualTo(i == 0 ? Optional.empty() : Optional.of(Refusal.SOURCE_RATE));
    }
    sources.ended("late");
    assertThat(sources.known()).isLessThan(10);
  }

  @Test
  void sources_ofManyRunning_areAllKept() {
    var sources = new Sources(Optional.of(Rate.perMinute(5)), Optional.of(1), nanos::get);
    for (int i = 0; i < 20_000; i++) {
      assertThat(sources.admit("s" + i)).isEmpty();
    }
    for (int i = 0; i < 20_000; i++) {
      assertThat(sources.admit("s" + i)).contains(Refusal.PER_SOURCE);
      sources.ended("s" + i);
    }
    assertThat(sources.known()).isLessThanOrEqualTo(10_000);
  }

  @Test
  void tokenBucket_ofAWindowForEver_doesNotFill() {
    var bucket = new TokenBucket(new Rate(1, EVER, Duration.ZERO), nanos.get());
    assertThat(bucket.take(nanos.get())).isTrue();
    nanos.addAndGet(TimeUnit.DAYS.toNanos(300));
    assertThat(bucket.take(nanos.get())).isFalse();
    assertThat(bucket.waitNanos(nanos.get())).isGreaterThan(TimeUnit.DAYS.toNanos(365));
  }

  @Test
  void startRate_ofAPauseForEver_pausesAsLongAsThereIs() {
    var rate = new StartRate(Optional.of(new Rate(1, Duration.ofSeconds(1), EVER)), nanos::get);
    assertThat(rate.start()).isEqualTo(Long.MAX_VALUE);
    nanos.addAndGet(TimeUnit.DAYS.toNanos(300));
    assertThat(rate.start()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void outlaws_ofAHugeTime_areRefused() {
    var outlaws = new Outlaws(nanos::get);
    outlaws.add("a", EVER);
    nanos.addAndGet(TimeUnit.DAYS.toNanos(300));
    assertThat(outlaws.has("a")).isTrue();
  }

  @Test
  void outlaws_whoseTimeEndsAtTheClocksLastMoment_areFreedThen() {
    nanos.set(0);
    var outlaws = new Outlaws(nanos::get);
    nanos.set(Long.MAX_VALUE - 5);
    outlaws.add("a", Duration.ofNanos(5));
    assertThat(outlaws.has("a")).isTrue();
    nanos.addAndGet(5);
    assertThat(outlaws.has("a")).isFalse();
  }

  @Test
  void outlaws_caughtAgain_areNotFreedSooner() {
    var outlaws = new Outlaws(nanos::get);
    outlaws.add("a", Duration.ZERO); // for ever
    outlaws.add("a", Duration.ofNanos(10));
    outlaws.add("b", Duration.ofNanos(100));
    outlaws.add("b", Duration.ofNanos(10));
    nanos.addAndGet(50);
    assertThat(outlaws.has("a")).isTrue();
    assertThat(outlaws.has("b")).isTrue();
    nanos.addAndGet(50);
    assertThat(outlaws.has("b")).isFalse();
    assertThat(outlaws.has("a")).isTrue();
  }

  @Test
  void admission_outlawOfAHugeTime_isRefused() {
    var admission =
        new Admission(ServiceSpec.at(Listen.tcp("80")).with(Attribute.PER_SOURCE, 1), Admission.Surroundings.ofTheMachine());
    var local = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);
    var peer = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 40_000);
    admission.outlaw(peer, EVER);
    assertThat(admission.ask(local, peer)).contains(Refusal.ACCESS);
  }
}
