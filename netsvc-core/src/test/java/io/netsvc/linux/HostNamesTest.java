package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names by hosts(5) alone, so that no test asks a name server. */
@Timeout(60)
class HostNamesTest {

  @Test
  void of_loopback_hasTheNameThatHostsGivesIt() throws Exception {
    assertThat(HostNames.of(InetAddress.ofLiteral("127.0.0.1"))).hasValueSatisfying(name -> assertThat(name).contains("localhost"));
  }
}
