package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of RFC 5952 section 4, by its examples. */
@Timeout(10)
class AddressTextTest {

  @ParameterizedTest
  @CsvSource({
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:0db8::0001, 2001:db8::1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "0:0:1:2:3:4:0:0, ::1:2:3:4:0:0",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
    "2001:DB8::ABCD, 2001:db8::abcd",
    "::ffff:192.0.2.1, 192.0.2.1",
    "192.0.2.1, 192.0.2.1"
  })
  void of_literal_isTheShortForm(String literal, String expected) {
    assertThat(AddressText.of(InetAddress.ofLiteral(literal))).isEqualTo(expected);
  }

  @Test
  void of_addressWithAZone_keepsIt() throws Exception {
    byte[] raw = InetAddress.ofLiteral("fe80::1").getAddress();
    assertThat(AddressText.of(Inet6Address.getByAddress(null, raw, 3))).isEqualTo("fe80::1%3");
  }

  @Test
  void of_addressWithAName_isWithoutIt() throws Exception {
    var named = InetAddress.getByAddress("localhost", InetAddress.ofLiteral("::1").getAddress());
    assertThat(AddressText.of(named)).isEqualTo("::1");
  }
}
