package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many datagrams by one system call each way, joined and not. */
@Timeout(10)
class DatagramBatchTest {
  private static final int SO_NO_CHECK = 11;

  /** Lengths such that some can be joined with those before them, and some cannot. */
  private static final int[] LENGTHS = {
    100, 100, 100, 30, 100, 0, 100, 200, 200, 1, 1, 1, 1472, 1472, 1473, 9
  };

  private static Fd open(String host) throws IOException {
    return Sockets.datagram(new InetSocketAddress(InetAddress.ofLiteral(host), 0), _ -> {});
  }

  private static boolean join(Fd fd) {
    try {
      SocketOption.JOINED_RECEIVE.set(fd, 1);
      return true;
    } catch (LinuxException e) {
      return false;
    }
  }

  /** What was sent by how many calls of the report. */
  private static final class Report implements DatagramOutbox.Report {
    int reports;
    int datagrams;
    long bytes;
    final List<String> failures = new ArrayList<>();

    @Override
    public void sent(int count, long length) {
      reports++;
      datagrams += count;
      bytes += length;
    }

    @Override
    public void failed(int message, int count, int errno) {
      failures.add(count + " " + Errno.name(errno));
    }
  }

  private static List<ByteBuffer> send(Fd from, @Nullable DatagramFlow to, boolean cuts, Report report)
      throws IOException {
    var all = new ArrayList<ByteBuffer>();
    try (var batch = DatagramBatch.borrow()) {
      for (int i = 0; i < LENGTHS.length; i++) {
        byte[] data = new byte[LENGTHS[i]];
        java.util.Arrays.fill(data, (byte) i);
        all.add(ByteBuffer.wrap(data));
        batch.put(all.getLast());
      }
      batch.outbox().add(0, batch.size(), to, cuts);
      batch.outbox().flush(from, report);
    }
    return all;
  }

  /** {@return the messages' datagrams, counting the messages} */
  private static List<ByteBuffer> receive(Fd fd, int[] messages) throws IOException {
    var all = new ArrayList<ByteBuffer>();
    try (var batch = DatagramBatch.borrow()) {
      int n = batch.receive(fd, DatagramBatch.MESSAGES);
      assertThat(n == 0 ? 0 : batch.run(0)).as("all are of one flow").isEqualTo(n);
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < batch.datagrams(i); k++) {
          all.add(batch.copy(i, k));
        }
      }
      messages[0] = n;
      assertThat(batch.receive(fd, DatagramBatch.MESSAGES)).isZero();
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void flush_joinedToASocketThatIsNot_arrivesAsTheDatagramsSent(String host) throws Exception {
    try (var a = open(host);
        var b = open(host)) {
      var report = new Report();
      var sent = send(a, DatagramFlow.to(Sockets.localAddress(b)), joinable(a), report);
      var messages = new int[1];
      assertThat(receive(b, messages)).isEqualTo(sent);
      assertThat(messages[0]).isEqualTo(LENGTHS.length);
      assertThat(report.reports).as("system calls").isEqualTo(1);
      assertThat(report.datagrams).isEqualTo(LENGTHS.length);
      assertThat(report.failures).isEmpty();
    }
  }

  private static boolean joinable(Fd fd) throws IOException {
    try (var other = open("127.0.0.1")) {
      return fd.number() >= 0 && join(other);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void receive_joined_isFewerMessagesWithTheSameDatagrams(String host) throws Exception {
    try (var a = open(host);
        var b = open(host)) {
      assumeTrue(join(b), "the kernel does not join");
      var sent = send(a, DatagramFlow.to(Sockets.localAddress(b)), true, new Report());
      var messages = new int[1];
      assertThat(receive(b, messages)).isEqualTo(sent);
      assertThat(messages[0]).isLessThan(LENGTHS.length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void flush_whereNothingCanBeCut_sendsSingly(String host) throws Exception {
    try (var a = open(host);
        var b = open(host);
        var arena = Arena.ofConfined()) {
      var on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      assertThat(Syscalls.setsockopt(a.number(), 1, SO_NO_CHECK, on, 4)).isZero();
      if (host.contains(":")) {
        // IPv6 wants a checksum unless told otherwise by the receiver: UDP_NO_CHECK6_TX and _RX.
        assertThat(Syscalls.setsockopt(a.number(), 17, 101, on, 4)).isZero();
        assertThat(Syscalls.setsockopt(b.number(), 17, 102, on, 4)).isZero();
      }
      var report = new Report();
      var sent = send(a, DatagramFlow.to(Sockets.localAddress(b)), true, report);
      assertThat(receive(b, new int[1])).isEqualTo(sent);
      assertThat(report.reports).isGreaterThan(1);
      assertThat(report.datagrams).isEqualTo(LENGTHS.length);
      assertThat(report.bytes).isEqualTo(sent.stream().mapToLong(ByteBuffer::remaining).sum());
      assertThat(report.failures).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void flush_toSomebodyGone_goesOnWithTheRest(String host) throws Exception {
    InetSocketAddress gone;
    try (var fd = open(host)) {
      gone = (InetSocketAddress) Sockets.localAddress(fd);
    }
    try (var fd = Sockets.connectedDatagram(gone)) {
      var report = new Report();
      send(fd, null, false, new Report());
      send(fd, null, false, report); // told of the last one before it
      assertThat(report.datagrams).as("each was sent, if in vain").isEqualTo(LENGTHS.length);
      assertThat(report.failures).isNotEmpty().containsOnly("0 ECONNREFUSED");
    }
  }
}
