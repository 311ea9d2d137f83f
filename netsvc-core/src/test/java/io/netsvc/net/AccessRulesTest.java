package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Random;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The most specific rule decides. */
@Timeout(30)
class AccessRulesTest {

  private static boolean permits(AccessRules rules, String address) {
    return rules.permits(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
  }

  @Test
  void permits_withoutRules_anyone() {
    assertThat(permits(AccessRules.anyone(), "1.2.3.4")).isTrue();
    assertThat(AccessRules.anyone()).hasToString("anyone");
  }

  @Test
  void permits_whomNoRuleHas_unlessSomeAreAllowed() {
    assertThat(permits(AccessRules.anyone().deny("10.0.0.0/8"), "11.0.0.0")).isTrue();
    assertThat(permits(AccessRules.anyone().deny("10.0.0.0/8"), "10.255.255.255")).isFalse();
    assertThat(permits(AccessRules.anyone().allow("10.0.0.0/8"), "11.0.0.0")).isFalse();
    assertThat(permits(AccessRules.anyone().allow("10.0.0.0/8"), "::1")).isFalse();
  }

  @Test
  void permits_theLongestPrefixDecides_inAnyOrder() {
    var one = AccessRules.anyone().allow("10.0.0.0/8").deny("10.1.0.0/16").allow("10.1.2.3");
    var other = AccessRules.anyone().allow("10.1.2.3").deny("10.1.0.0/16").allow("10.0.0.0/8");
    assertThat(one).hasToString(other.toString());
    assertThat(permits(one, "10.2.0.1")).isTrue();
    assertThat(permits(one, "10.1.2.4")).isFalse();
    assertThat(permits(one, "10.1.2.3")).isTrue();
    var tie = AccessRules.anyone().deny("10.0.0.0/8").allow("10.0.0.0/8");
    assertThat(permits(tie, "10.0.0.1")).isFalse();
  }

  @Test
  void permits_mappedAddresses_asIpv4() {
    var rules = AccessRules.anyone().allow("::ffff:10.0.0.0/104").deny("::/0");
    assertThat(permits(rules, "10.9.9.9")).isTrue();
    assertThat(permits(rules, "::ffff:10.9.9.9")).isTrue();
    assertThat(permits(rules, "::1")).isFalse();
    assertThat(rules).hasToString("[allow 10.0.0.0/8, deny ::/0]");
  }

  @Test
  void permits_unixPeers_always() {
    var rules = AccessRules.anyone().deny("0.0.0.0/0").deny("::/0");
    assertThat(rules.permits(UnixDomainSocketAddress.of(""))).isTrue();
  }

  @Test
  void contains_anyPrefix_isArithmetic() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      int length = random.nextBoolean() ? 4 : 16;
      int prefix = random.nextInt(8 * length + 1);
      byte[] raw = new byte[length];
      random.nextBytes(raw);
      byte[] other = raw.clone();
      int flipped = random.nextInt(8 * length);
      other[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
      var mask = BigInteger.ONE.shiftLeft(8 * length - prefix).subtract(BigInteger.ONE);
      byte[] bits = new BigInteger(1, raw).andNot(mask).toByteArray();
      byte[] network = new byte[length];
      int copied = Math.min(length, bits.length);
      System.arraycopy(bits, bits.length - copied, network, length - copied, copied);
      var cidr = new Cidr(address(network), prefix);
      assertThat(cidr.contains(raw)).as("seed %d", seed).isTrue();
      assertThat(cidr.contains(other)).as("seed %d", seed).isEqualTo(flipped >= prefix);
    }
  }

  private static InetAddress address(byte[] raw) {
    try {
      return InetAddress.getByAddress(raw);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          10.0.0.1/8        | expected 10.0.0.0/8
          10.0.0.0/33       | expected a prefix length of 0 to 32
          10.0.0.0/         | expected a prefix length of 0 to 32
          10.0.0.0/-1       | expected a prefix length of 0 to 32
          ::/129            | expected a prefix length of 0 to 128
          ::ffff:10.0.0.0/8 | expected a prefix length of 96 to 128 after an IPv4-mapped address
          10.0/16           | expected an IPv4 or IPv6 address, as in 10.0.0.0/8
          localhost         | expected an IPv4 or IPv6 address, as in 10.0.0.0/8
          fe80::1%lo        | expected an IPv4 or IPv6 address, as in 10.0.0.0/8
          """)
  void allow_ofNoNetwork_saysWhy(String network, String why) {
    assertThatThrownBy(() -> AccessRules.anyone().allow(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("network: read \"" + network + "\", " + why);
  }
}
