package io.netsvc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netsvc.endpoint.Ends;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives what each client sends, and what is typed here, to all other clients, as ncat's {@code
 * --broker} does; with {@code --chat} in lines that say whose they are. A client that ends its input
 * is gone, and nothing is shown here.
 */
final class NcBroker {
  private static final int CHUNK = 16 * 1024;

  /** How long a sender waits for the slowest, which is dropped then. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How long who has left may take for what it was sent before. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final boolean chats;
  private final NcReport report;
  private final Map<Integer, NcMember> members = new TreeMap<>();
  private int last;

  NcBroker(boolean chats, NcReport report) {
    this.chats = chats;
    this.report = report;
  }

  /** Gives away what is typed, until its end, from a thread of its own. */
  void type(NcConsole.Input input) throws IOException, InterruptedException {
    var console = new NcConsole(Ends.of("stdio").open(), input, () -> {}, () -> {});
    Thread.ofVirtual()
        .name("netsvc-stdin")
        .start(
            () -> {
              try {
                read(console, null);
              } catch (IOException e) {
                report.failed(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Serves a client until it has gone; closes it. */
  void join(Connection connection) throws IOException, InterruptedException {
    var member = enter(connection);
    try {
      read(connection, member);
      forget(member);
      member.leave(FAREWELL);
    } catch (IOException e) {
      if (!member.wasDropped()) { // or that was said
        throw e;
      }
    } finally {
      connection.close();
      member.end();
      leave(member);
    }
  }

  private void read(Connection from, @Nullable NcMember sender)
      throws IOException, InterruptedException {
    var lines = chats ? new NcChatLines(sender == null ? 0 : sender.number()) : null;
    var buffer = ByteBuffer.allocate(CHUNK);
    while (from.read(buffer.clear()) >= 0) {
      send(lines == null ? copy(buffer.flip()) : lines.of(buffer.flip()), sender);
    }
    if (lines != null) {
      send(lines.rest(), sender);
    }
  }

  private static byte[] copy(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private void send(byte[] bytes, @Nullable NcMember sender) throws InterruptedException {
    if (bytes.length == 0) {
      return;
    }
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    for (var member : others(sender)) {
      if (!member.offer(bytes, deadlineNanos) && member.drop()) {
        report.dropped(member.address());
      }
    }
  }

  private synchronized Iterable<NcMember> others(@Nullable NcMember sender) {
    return members.values().stream().filter(member -> member != sender).toList();
  }

  private NcMember enter(Connection connection) throws InterruptedException {
    NcMember member;
    String already;
    synchronized (this) {
      already =
          members.values().stream()
              .map(each -> host(each) + " as <user" + each.number() + '>')
              .collect(Collectors.joining(", "));
      member = new NcMember(++last, connection);
      members.put(member.number(), member);
    }
    announce(
        host(member) + " is connected as <user" + member.number() + ">.\n<announce> already connected: "
            + (already.isEmpty() ? "nobody" : already) + '.');
    return member;
  }

  /** Sends it nothing more. */
  private synchronized void forget(NcMember member) {
    members.remove(member.number());
  }

  private void leave(NcMember member) throws InterruptedException {
    forget(member);
    announce("<user" + member.number() + "> is disconnected.");
  }

  private void announce(String text) throws InterruptedException {
    if (chats) {
      send(("<announce> " + text + '\n').getBytes(UTF_8), null);
    }
  }

  private static String host(NcMember member) {
    return member.address() instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : "somebody";
  }
}
