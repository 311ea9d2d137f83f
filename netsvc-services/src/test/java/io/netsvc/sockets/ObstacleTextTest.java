package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What would help, by who holds a socket. */
class ObstacleTextTest {
  /** A process that there is not. */
  private static Holder holder(int pid, String name, String unit) {
    var of = unit.isEmpty() ? Optional.<String>empty() : Optional.of(unit);
    return new Holder(pid, OptionalInt.empty(), name, List.of(), "root", List.of(3), of);
  }

  @Test
  void ending_ofAUnit_stopsIt() {
    var nginx = holder(99_999_998, "nginx", "nginx.service");
    assertThat(ObstacleText.ending(List.of(nginx, holder(99_999_999, "nginx", "nginx.service"))))
        .isEqualTo("stop it with `systemctl stop nginx`");
    assertThat(ObstacleText.ending(List.of(holder(99_999_999, "a", "a\\x2db.service"))))
        .isEqualTo("stop it with `systemctl stop 'a\\x2db'`");
    assertThat(ObstacleText.ending(List.of(nginx, holder(99_999_999, "php", "php.service"))))
        .isEqualTo("end it with `kill 99999998 99999999`");
  }

  @Test
  void ending_ofAScopeOrNone_endsTheProcess() {
    assertThat(ObstacleText.ending(List.of(holder(99_999_999, "nc", "session-3.scope"))))
        .isEqualTo("end it with `kill 99999999`");
    assertThat(ObstacleText.ending(List.of(holder(99_999_999, "nc", ""))))
        .isEqualTo("end it with `kill 99999999`");
  }

  /** Which may have passed it on already. */
  @Test
  void ending_ofSystemdItself_stopsTheSocketUnit() {
    var systemd = holder(99_999_998, "systemd", "init.scope");
    assertThat(ObstacleText.ending(List.of(systemd, holder(99_999_999, "sshd", "ssh.service"))))
        .isEqualTo("find its socket unit with `systemctl list-sockets` and stop that");
  }

  @Test
  void ending_ofThisProcess_isToCloseIt() {
    int self = (int) ProcessHandle.current().pid();
    assertThat(ObstacleText.ending(List.of(holder(self, "java", "ci.service"))))
        .isEqualTo("close that one");
  }

  @Test
  void ending_ofNobody_isToStopWhoever() {
    assertThat(ObstacleText.ending(List.of())).isEqualTo("stop what holds it");
  }
}
