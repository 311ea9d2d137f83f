package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which failures of accept(2) are a client's, and which will come again at once. */
@Timeout(10)
class AcceptTest {

  @Test
  void passing_isWhatTheManualSaysToTreatLikeEagain() {
    var gone =
        List.of(
            Errno.EAGAIN, Errno.EINTR, Errno.ENETDOWN, Errno.EPROTO, Errno.ENOPROTOOPT,
            Errno.EHOSTDOWN, Errno.ENONET, Errno.EHOSTUNREACH, Errno.ENETUNREACH,
            Errno.ECONNABORTED, Errno.EPERM);
    var lasting =
        List.of(
            Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EBADF, Errno.EINVAL,
            Errno.ENOTSOCK);
    assertThat(gone).allMatch(Sockets::passing);
    assertThat(lasting).noneMatch(Sockets::passing);
  }
}
