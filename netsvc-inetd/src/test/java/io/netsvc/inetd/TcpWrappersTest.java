package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lines of hosts.allow and hosts.deny say of one client, 10.0.0.9, and of some others. */
@Timeout(60)
class TcpWrappersTest {
  @TempDir private Path directory;

  private static final InetSocketAddress LOCAL = at("192.0.2.1", 23);
  private static final PeerNames NAMES =
      new Zone()
          .with("mail.example.org", "10.0.0.9")
          .with("near", "10.0.0.8")
          .with("10.0.0.9.example.net", "203.0.113.1")
          .with("192.168.1.example.net", "203.0.113.2")
          .with("fe80.example.net", "203.0.113.3")
          .with("six.example.org", "2001:db8::5")
          .with("www.example.com", "192.0.2.1")
          .without("10.0.0.5", PeerName.Missing.FORGED)
          .without("10.0.0.4", PeerName.Missing.UNAVAILABLE);

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private boolean permits(String allow, String deny, String address) throws Exception {
    var wrappers =
        new TcpWrappers(
            Files.writeString(directory.resolve("allow"), allow), Files.writeString(directory.resolve("deny"), deny));
    return wrappers.permit("in.x", LOCAL, at(address, 40_000), NAMES);
  }

  private boolean allows(String line, String address) throws Exception {
    return permits(line + "\n", "ALL: ALL\n", address);
  }

  private boolean denies(String line, String address) throws Exception {
    return !permits("", line + "\n", address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "in.x: ALL: twist /bin/echo no", "in.x: 10.0.0.9: twist = /bin/echo", "in.x: ALL: aclexec /bin/true",
        "in.x: ALL: user nobody", "in.x: ALL: umask 077", "in.x: ALL: setenv A b", "in.x: ALL: nonsense",
        "in.x: ALL: (/bin/x) &", "in.x: ALL: nonsense: allow", "in.x: ALL: allow: severity mail.info",
        "in.x: ALL: allow now", "in.x: ALL: spawn", "in.x: ALL: : allow", "in.x: user@10.0.0.9", "in.x: KNOWN@ALL",
        "in.x: @friends", "in.x: user@@friends", "in.x: 10.0.0.0/33", "in.x: 10.0.0.0/255.0.0.x", "in.x: 10.0.0",
        "in.x: [10.0.0.9", "in.x: ALL EXCEPT @enemies", "in.x: ALL EXCEPT root@ALL", "in.x@@here: ALL",
        "in.x: 10.0.0.1/255.0.0.0", "in.x: 10.0.*/8", "in.x: .example.*", "in.x: 010.0.0.9", "in.x: mail.",
        "in.x: [::1: deny", "in.x: ALL:", "in.x: ALL: allow :", "in.x: ALL: keepalive yes", "in.x: ALL: linger x",
        "in.x: ALL: severity foo.bar", "in.x: 10.1.2.3/8", "in.x: [10.0.0.9]"
      })
  void line_thatCannotBeFollowed_neverGrantsAndAlwaysDenies(String line) throws Exception {
    try (var log = new Log()) {
      assertThat(allows(line, "10.0.0.9")).as("hosts.allow").isFalse();
      assertThat(denies(line, "10.0.0.9")).as("hosts.deny").isTrue();
      assertThat(log.text()).contains("allow:1: ").contains("deny:1: ");
    }
  }

  @Test
  void line_thatCannotBeFollowed_isSaidOnce() throws Exception {
    var allow = Files.writeString(directory.resolve("allow"), "\nin.x: ALL: twist /bin/echo\n");
    var wrappers = new TcpWrappers(allow, directory.resolve("none"));
    try (var log = new Log()) {
      for (int i = 0; i < 3; i++) {
        assertThat(wrappers.permit("in.x", LOCAL, at("10.0.0.9", 1), NAMES)).isFalse();
      }
      assertThat(log.text()).containsOnlyOnce("allow:2: cannot carry out the option \"twist\"");
    }
  }

  @Test
  void lineOfHostsAllow_withTwist_refusesWhomALaterLineHas() throws Exception {
    var lines = "in.x: 10.0.0.9: twist /bin/echo go away\nALL: ALL\n";
    assertThat(permits(lines, "", "10.0.0.9")).isFalse();
    assertThat(permits(lines, "", "10.0.0.8")).isTrue();
  }

  @Test
  void lineOfHostsAllow_thatMayHaveTheClient_isPassedOver() throws Exception {
    assertThat(permits("in.x: user@10.0.0.9\nin.x: 10.0.0.9\n", "ALL: ALL\n", "10.0.0.9")).isTrue();
    assertThat(permits("in.x: user@10.0.0.9: deny\nin.x: ALL\n", "", "10.0.0.9")).isFalse();
    assertThat(permits("in.x: user@10.0.0.9: deny\nin.x: ALL\n", "", "10.0.0.8")).isTrue();
  }

  @Test
  void lineOfHostsDeny_thatCannotBeFollowed_deniesItsClientsAlone() throws Exception {
    assertThat(denies("in.x: user@10.0.0.8", "10.0.0.9")).isFalse();
    assertThat(denies("in.x: 10.0.0.8: twist /bin/echo", "10.0.0.9")).isFalse();
    assertThat(denies("in.x: 11.0.0.1/255.0.0.0", "10.0.0.9")).isFalse();
    assertThat(denies("in.y: @enemies", "10.0.0.9")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in.x: ALL: spawn (/bin/false) &: allow | true", "in.x: ALL: severity mail.info: allow | true",
        "in.x: ALL: severity = notice: DENY | false", "in.x: ALL: spawn echo [: deny | false",
        "in.x: ALL: banners /x: keepalive: linger 5: rfc931: nice 5: allow | true",         "in.x: ALL: spawn echo a\\:b: deny | false", "in.x: ALL@10.0.0.9: allow | true"
      })
  void options_thatLeaveTheServiceAsItIs_leaveTheDecisionToTheLast(String line, boolean granted) throws Exception {
    assertThat(allows(line, "10.0.0.9")).isEqualTo(granted);
    assertThat(permits("", line + "\nALL: ALL\n", "10.0.0.9")).as("either file").isEqualTo(granted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in.x@192.0.2.1: ALL | true", "in.x@192.0.2.2: ALL | false", "ALL@192.0.2.: ALL | true",
        "in.y@192.0.2.1: ALL | false", "in.x@www.example.com: ALL | true", "in.x@.example.org: ALL | false",
        "ALL EXCEPT in.x@192.0.2.1: ALL | false", "ALL EXCEPT in.x@192.0.2.2: ALL | true", "23: ALL | true",
        "24: ALL | false", "IN.X: ALL | true", "in.*: ALL | true", "in.y: ALL | false", "in.: ALL | false",
        "in.x in.y: all | true", "ALL except in.x: ALL | false"
      })
  void daemon_byNamePortAndAddress_isWhatTheClientAskedFor(String line, boolean granted) throws Exception {
    assertThat(allows(line, "10.0.0.9")).isEqualTo(granted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.0/255.0.255.0 | 10.7.255.9 | false | false", "10.0.0.0/255.0.255.0 | 10.7.0.9 | true | true", "10.0.5.0/255.0.255.0 | 10.7.5.9 | true | true",
        "10.0.5.0/255.0.255.0 | 10.0.6.9 | false | false", "10.0.0.0/255.255.0.0 | 10.1.0.9 | false | false",
        "10.0.0.9/255.255.255.255 | 10.0.0.9 | false | true", "10.0.0.9/255.255.255.255 | 10.0.0.8 | false | false",
        "10.1.2.3/8 | 10.0.0.9 | false | true", "10.1.2.3/8 | 11.0.0.9 | false | false", "0.0.0.0/0 | 10.0.0.9 | true | true", "0.0.0.0/0 | ::1 | false | false",
        "[2001:db8::5] | 2001:db8::5 | true | true", "[2001:db8::]/32 | 2001:db8::5 | true | true",
        "[2001:db8::5]/32 | 2001:db8:9::1 | true | true", "[2001:db9::]/32 | 2001:db8::5 | false | false",
        "[::]/0 | 10.0.0.9 | false | false", "[::ffff:10.0.0.9] | 10.0.0.9 | true | true",
        "[::ffff:10.0.0.0]/104 | 10.9.9.9 | true | true", "10. | 10.0.0.9 | true | true", "1. | 10.0.0.9 | false | false"
      })
  void network_withItsMask_hasWhatIsUnderIt(String pattern, String address, boolean granted, boolean denied) throws Exception {
    assertThat(allows("in.x: " + pattern, address)).isEqualTo(granted);
    assertThat(denies("in.x: " + pattern, address)).isEqualTo(denied);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // a name that is like an address is none
        "10.0.0.* | 203.0.113.1 | false | false", "192.168.* | 203.0.113.2 | false | false",
        "10.0.0.9* | 203.0.113.1 | false | false", "10.0.0.* | 10.0.0.9 | true | true", "10.?.0.9 | 10.0.0.9 | true | true",
        "* | 203.0.113.2 | true | true", "* | 2001:db8::5 | true | true", "2001\\:db8\\:\\:* | 2001:db8::5 | true | true",
        "2001\\:db9\\:* | 2001:db8::5 | false | false",
        // names have to be verified
        "*.example.org | 10.0.0.9 | true | true", "*.example.org | 10.0.0.5 | false | true",
        "*.example.org | 10.0.0.4 | false | true", "*.example.org | 10.0.0.1 | false | false",
        "*.example.net | 10.0.0.9 | false | false", "ma?l.* | 10.0.0.9 | true | true",
        "fe80* | fe80::1 | false | true", "fe80* | 203.0.113.3 | true | true",
        ".example.org | 10.0.0.9 | true | true", ".example.org | 10.0.0.5 | false | true", ".example.org | 10.0.0.4 | false | true",
        ".example.org | 10.0.0.1 | false | false", ".EXAMPLE.org | 10.0.0.9 | true | true", "xample.org | 10.0.0.9 | false | false",
        "mail.example.org | 10.0.0.9 | true | true", "mail.example.org | 10.0.0.5 | false | true",
        ".9 | 10.0.0.9 | false | true", "10.0.0.9 | 203.0.113.1 | false | false",
        // by what is known of the name
        "LOCAL | 10.0.0.8 | true | true", "LOCAL | 10.0.0.9 | false | false", "LOCAL | 10.0.0.4 | false | true",
        "LOCAL | 10.0.0.1 | false | false", "KNOWN | 10.0.0.9 | true | true", "KNOWN | 10.0.0.1 | false | false",
        "KNOWN | 10.0.0.5 | false | false", "KNOWN | 10.0.0.4 | false | true", "UNKNOWN | 10.0.0.9 | false | false",
        "UNKNOWN | 10.0.0.1 | true | true", "unknown | 10.0.0.5 | false | true", "UNKNOWN | 10.0.0.4 | false | true",
        "PARANOID | 10.0.0.5 | true | true", "PARANOID | 10.0.0.9 | false | false", "PARANOID | 10.0.0.1 | false | false",
        "PARANOID | 10.0.0.4 | false | true",
        // without
        "ALL EXCEPT .example.org | 10.0.0.9 | false | false", "ALL EXCEPT .example.org | 10.0.0.8 | true | true",
        "ALL EXCEPT .example.org | 10.0.0.4 | false | true", "ALL EXCEPT 10. EXCEPT 10.0.0.9 | 10.0.0.9 | true | true",
        "ALL EXCEPT 10. EXCEPT 10.0.0.9 | 10.0.0.8 | false | false", "10.0.0.9 EXCEPT ALL | 10.0.0.9 | false | false",
        "ALL EXCEPT KNOWN EXCEPT LOCAL | 10.0.0.8 | true | true", "ALL EXCEPT PARANOID | 10.0.0.5 | false | false",
        // a remark that others read as patterns
        "10.0.0.9 # ALL of us | 10.0.0.9 | true | true", "10.0.0.9 # ALL of us | 10.0.0.8 | false | true",
        "ALL # EXCEPT 10.0.0.9 | 10.0.0.9 | false | true", "ALL # EXCEPT 10.0.0.9 | 10.0.0.8 | true | true"
      })
  void client_byNameOrWildcards_isTheOneThatIsMeant(String clients, String address, boolean granted, boolean denied) throws Exception {
    assertThat(allows("in.x: " + clients, address)).as("hosts.allow").isEqualTo(granted);
    assertThat(denies("in.x: " + clients, address)).as("hosts.deny").isEqualTo(denied);
  }

  @Test
  void file_ofPatterns_hasWhatOneOfThemHas() throws Exception {
    var list = Files.writeString(directory.resolve("list"), "# 10.0.0.1\n10.0.0.2\t10.0.0.9\n\n  .example.net\n");
    assertThat(allows("in.x: " + list, "10.0.0.9")).isTrue();
    assertThat(allows("in.x: " + list, "203.0.113.2")).isTrue();
    assertThat(allows("in.x: " + list, "10.0.0.1")).isFalse();
    assertThat(denies("in.x: " + list, "10.0.0.8")).isFalse();
    assertThat(denies("in.x: " + directory.resolve("none"), "10.0.0.9")).as("not there").isFalse();
    assertThat(denies("in.x: " + directory, "10.0.0.9")).as("not readable").isTrue();
    assertThat(allows("in.x: " + directory, "10.0.0.9")).isFalse();
    var nested = Files.writeString(directory.resolve("nested"), list + "\n");
    assertThat(allows("in.x: " + nested, "10.0.0.9")).isFalse();
    assertThat(denies("in.x: " + nested, "10.0.0.9")).isTrue();
  }

  @Test
  void lastLine_withABackslashAtTheEnd_counts() throws Exception {
    assertThat(permits("", "ALL: \\\nALL\\", "10.0.0.9")).isFalse();
  }
}
