package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** nc as the ProxyCommand of OpenSSH, with a server of its own. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NcSshTest {
  @TempDir private Path directory;
  @SuppressWarnings("NullAway.Init") private NcProcesses processes;

  @BeforeEach
  void begin() {
    processes = new NcProcesses(directory);
  }

  @AfterEach
  void end() throws InterruptedException {
    processes.end();
  }

  private int sshd() throws Exception {
    NcProcesses.need("ssh", "sshd", "ssh-keygen");
    boolean runnable =
        Files.isDirectory(Path.of("/run/sshd")) || !"root".equals(System.getProperty("user.name"));
    assertThat(runnable || !Boolean.getBoolean("netsvc.require")).as("/run/sshd").isTrue();
    assumeTrue(runnable, "no /run/sshd, which sshd needs");
    for (var key : List.of("host", "user")) {
      var made =
          processes.other(
              key + "-made", NcProcesses.nothing(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "",
              "-f", directory.resolve(key).toString());
      assertThat(made.status()).as(made.said()).isZero();
    }
    int port = InetdProcess.freePort();
    var config =
        Files.writeString(
            directory.resolve("config"),
            """
            ListenAddress 127.0.0.1:%2$d
            HostKey %1$s/host
            AuthorizedKeysFile %1$s/user.pub
            StrictModes no
            UsePAM no
            PidFile none
            """
                .formatted(directory, port));
    processes.start(
        "sshd", NcProcesses.nothing(), List.of("/usr/sbin/sshd", "-D", "-e", "-f", config.toString()));
    NcProcesses.awaitPort("tcp", port);
    return port;
  }

  /** What ssh's shell reads as our command. */
  private static String netsvc(String... arguments) {
    return InetdProcess.command(arguments).stream()
        .map(word -> word.startsWith("%") ? word : '\'' + word + '\'')
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "yes"})
  void proxyCommand_carriesAll(String passed) throws Exception {
    int port = sshd();
    var bytes = new byte[(1 << 20) + 37];
    new Random(7).nextBytes(bytes);
    var in = Files.write(directory.resolve("in"), bytes);
    var nc =
        passed.equals("yes") ? netsvc("nc", "-F", "%h", "%p") : netsvc("nc", "%h", "%p");
    var command =
        new ArrayList<>(
            List.of(
                "ssh", "-F", "none", "-p", String.valueOf(port), "-i",
                directory.resolve("user").toString(), "-o", "BatchMode=yes"));
    for (var option :
        List.of(
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "ProxyUseFdpass=" + passed,
            "ProxyCommand=" + nc)) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of("127.0.0.1", "cat; echo $SSH_CONNECTION >&2"));
    var ssh = processes.start("ssh", in, command);
    assertThat(ssh.status()).as(ssh.said()).isZero();
    assertThat(ssh.out()).hasBinaryContent(bytes);
    assertThat(ssh.said()).contains("127.0.0.1 " + port);
  }
}
