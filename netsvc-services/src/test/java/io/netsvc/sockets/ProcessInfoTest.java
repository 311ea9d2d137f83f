package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The systemd unit that /proc/PID/cgroup says, and the rest of a process. */
class ProcessInfoTest {

  @ParameterizedTest
  @CsvSource({
    "0::/system.slice/nginx.service, nginx.service",
    "0::/system.slice/system-getty.slice/getty@tty1.service, getty@tty1.service",
    "0::/init.scope, init.scope",
    "0::/user.slice/user-1000.slice/session-3.scope, session-3.scope",
    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service, web.service",
    "0::/user.slice/user-1000.slice/user@1000.service/init.scope, init.scope",
    "0::/system.slice/docker-0123456789abcdef.scope, docker-0123456789abcdef.scope",
    "0::/system.slice/nginx.service/worker, nginx.service",
    "0::/system.slice/cups.socket, cups.socket",
    // As systemd has escaped it; what is not escaped again.
    "0::/system.slice/fsck@dev-disk-by\\x2duuid.service, fsck@dev-disk-by\\x2duuid.service",
  })
  void unit_ofVersion2_isTheOneOfSystemd(String line, String unit) {
    assertThat(ProcessInfo.unit(line + '\n')).contains(unit);
  }

  @ParameterizedTest
  @CsvSource({
    "0::/", "0::/system.slice", "0::/docker/0123456789abcdef", "'0::/a.service (deleted)'", "''",
    "0::/../../system.slice/nginx.service", // of the system that this container runs on
    "0::/docker/0123/system.slice/ssh.service", "0::/lxc.payload.x/system.slice/ssh.service",
    "0::", "x", "'5:cpu,cpuacct:/system.slice/other.service'"
  })
  void unit_ofNone_isEmpty(String line) {
    assertThat(ProcessInfo.unit(line + '\n')).isEmpty();
  }

  /** A system in a container has units of its own, which are nothing to this one's systemctl. */
  @Test
  void unit_ofASystemInAContainer_isTheContainers() {
    var guest = "0::/machine.slice/machine-guest.scope/payload/system.slice/ssh.service\n";
    assertThat(ProcessInfo.unit(guest)).contains("machine-guest.scope");
    assertThat(ProcessInfo.unit("0::/system.slice/docker-01.scope/system.slice/ssh.service\n"))
        .contains("docker-01.scope");
  }

  /** Version 1 has a line for each controller; that of systemd itself counts. */
  @Test
  void unit_ofVersion1_isThatOfSystemdsHierarchy() {
    var text =
        """
        12:pids:/system.slice/other.service
        4:memory:/docker/0123
        1:name=systemd:/system.slice/sshd.service
        """;
    assertThat(ProcessInfo.unit(text)).contains("sshd.service");
    assertThat(ProcessInfo.unit(text + "0::/\n")).contains("sshd.service");
    assertThat(ProcessInfo.unit(text + "0::/system.slice/sshd.service\n")).contains("sshd.service");
  }

  @ParameterizedTest
  @CsvSource({
    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service, true",
    "1:name=systemd:/user.slice/user-0.slice/user@0.service/init.scope, true",
    "0::/user.slice/user-1000.slice/user@1000.service, false", // which is one of the system
    "0::/user.slice/user-1000.slice/session-3.scope, false",
    "0::/system.slice/nginx.service, false"
  })
  void isOfUser_unit_isWhoseSystemdHasIt(String line, boolean isUsers) {
    assertThat(ProcessInfo.usersManager(line + '\n').isPresent()).isEqualTo(isUsers);
  }

  /** Any user may make one, where control groups are delegated. */
  @Test
  void unit_ofANameThatSystemdGivesNone_isEmpty() {
    assertThat(ProcessInfo.unit("0::/b\u00c3\u00a4r.service\n")).isEmpty();
    assertThat(ProcessInfo.unit("0::/a;reboot.service\n")).isEmpty();
    assertThat(ProcessInfo.unit("0::/a\u001bb.service\n")).isEmpty();
  }

  @Test
  void of_thisProcess_isWhatItIs() {
    var self = ProcessHandle.current();
    var info = ProcessInfo.of((int) self.pid(), new UserNames());
    assertThat(info.name()).isEqualTo("java");
    assertThat(info.commandLine().getFirst()).isEqualTo(self.info().command().orElseThrow());
    assertThat(info.user()).isEqualTo(self.info().user().orElseThrow());
  }

  @Test
  void of_noProcess_isNothing() {
    var info = ProcessInfo.of(99_999_999, new UserNames());
    assertThat(info).isEqualTo(new ProcessInfo("", List.of(), "", Optional.empty()));
  }
}
