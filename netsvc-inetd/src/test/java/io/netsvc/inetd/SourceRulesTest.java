package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.InetdConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words of only_from and no_access that could be read as more than they say. */
@Timeout(60)
class SourceRulesTest {
  @TempDir private Path directory;

  private static final PeerNames NAMES =
      new Zone()
          .with("host.example.org", "10.0.0.8")
          .with("evil.example.net", "10.0.0.6")
          .without("10.0.0.5", PeerName.Missing.FORGED)
          .without("10.0.0.4", PeerName.Missing.UNAVAILABLE);

  private static boolean permits(String onlyFrom, String noAccess, String address) {
    var only = onlyFrom.equals("-") ? Optional.<List<String>>empty() : Optional.of(words(onlyFrom));
    var peer = new InetSocketAddress(InetAddress.ofLiteral(address), 40_000);
    return SourceRules.of(only, words(noAccess)).permit(peer, NAMES);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.168.0.{0,1} | 192.168.0.0 | true", "192.168.0.{0,1} | 192.168.0.1 | true",
        "192.168.0.{0,1} | 192.168.0.2 | false", "192.168.0.{0,1} | 192.168.7.1 | false",
        "192.168.{0,1} | 192.168.1.9 | true", "192.168.{0,1} | 192.168.0.9 | true",
        "192.168.{0,1} | 192.168.2.9 | false", "10.{0,5} | 10.0.1.1 | true", "10.{0,5} | 10.6.0.1 | false",
        "10.0.0.{0} | 10.0.0.1 | false", "10.0.0.0 | 10.9.9.9 | true", "10.1.0.0/32 | 10.1.0.1 | false",
        "128.138.12.0 | 128.138.12.200 | true", "128.138.12.0 | 128.138.13.1 | false",
        "0.0.0.0 | 203.0.113.5 | true"
      })
  void onlyFrom_zerosOfAddressesAndOfAlternatives_haveTheirOwnMeanings(String word, String address, boolean permitted) {
    assertThat(permits(word, "", address)).isEqualTo(permitted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0 | 10.0.0.0/16", "10 | 10.0.0.0/8", "10.1 | 10.1.0.0/16", "192.168.0 | 192.168.0.0/24",
        "192.168/16 | 192.168.0.0/16", "10/8 | 10.0.0.0/8"
      })
  void onlyFrom_fewerThanFourNumbers_isWrongAndSaysWhatIsClear(String word, String expected) {
    assertThatThrownBy(() -> permits(word, "", "10.0.0.1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("read \"" + word + "\", expected all four numbers, as in " + expected);
    assertThatThrownBy(() -> permits("-", word, "10.0.0.1")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "010.0.0.1", "1.2.3.4.5", "10.0.0.", "10.0.0.1-5", "0x0a000001", "host.0x7f", "example.1", "10.0.0.{1,2.3}",
        "10.0.0.0.{1}", "10.0.0.{256}", "10.0.0.{01}", "10.0.0.{}", "10.0.0.1/255.255.0.0", "..example.org", ".5"
      })
  void onlyFrom_whatAResolverWouldTakeForAnAddress_isNoName(String word) {
    assertThatThrownBy(() -> permits(word, "", "10.0.0.1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("read \"" + word + "\", expected ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // whose name is verified
        "host.example.org | '' | 10.0.0.8 | true", "host.example.org. | '' | 10.0.0.8 | true",
        "- | host.example.org. | 10.0.0.8 | false", "- | .example.net. | 10.0.0.6 | false",
        "- | .example.net | 10.0.0.8 | true",
        // who has none
        ".example.org | '' | 10.0.0.1 | false", "- | .example.org | 10.0.0.1 | true",
        // whose name is not known
        ".example.org | '' | 10.0.0.5 | false", "- | .example.org | 10.0.0.5 | false",
        ".example.org | '' | 10.0.0.4 | false", "- | .example.org | 10.0.0.4 | false",
        ".example.org | .example.net | 10.0.0.4 | false", "10.0.0.4 | .example.net | 10.0.0.4 | true",
        // a name in a rule that has no address
        "gone.example.org | '' | 10.0.0.8 | false", "- | gone.example.org | 10.0.0.8 | false",
        "10.0.0.8 | gone.example.org | 10.0.0.8 | false", "gone.example.org 10.0.0.8 | '' | 10.0.0.8 | true",
        "- | gone.example.org | 2001:db8::1 | false"
      })
  void names_thatCannotBeHad_letNobodyIn(String onlyFrom, String noAccess, String address, boolean permitted) {
    assertThat(permits(onlyFrom, noAccess, address)).isEqualTo(permitted);
  }

  @Test
  void check_ofAWrongWord_saysWhere() throws Exception {
    var file =
        Files.writeString(
            directory.resolve("xinetd.conf"),
            "service x\n{\ntype = UNLISTED INTERNAL\nsocket_type = stream\nport = 4007\nwait = no\nonly_from = 10.0\n}\n");
    var config = InetdConfig.read(file);
    assertThat(InetdServer.check(config).diagnostics())
        .anySatisfy(d -> assertThat(d.toString()).contains("xinetd.conf:7:").contains("expected all four numbers"));
  }
}
