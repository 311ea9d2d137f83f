package io.netsvc.net;

import io.netsvc.net.DatagramRelay.Drop;
import io.netsvc.net.DatagramRelay.End;
import io.netsvc.net.DatagramRelay.Snapshot;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of a {@link DatagramRelay}, all on the thread of one loop: only that thread touches
 * the table. It is in the order of use, so the first session is both the next to expire and the one
 * to evict, and one timer is enough for all.
 */
final class DatagramSessions {
  /** A timer cannot be taken back: it keeps a closed relay from the collector until it runs out. */
  private static final long LONGEST_TIMER_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What may wait for upstreams to be found. */
  private static final long MAX_HELD_BYTES = 4 << 20;

  private static final Logger log = LoggerFactory.getLogger(DatagramRelay.class);

  private final DatagramHub hub;
  private final SocketAddress address;
  private final DatagramUpstream upstream;
  private final DatagramRelaySettings settings;
  private final int max;
  private final Map<DatagramSide.Flow, DatagramSession> table =
      new LinkedHashMap<>(16, 0.75f, true);
  private final Consumer<DatagramSide.Run> forwarder = this::forward;

  private final DatagramTally forward = new DatagramTally();
  private final DatagramTally backward = new DatagramTally();
  private final LongAdder opened = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder evicted = new LongAdder();
  private volatile int open;

  /** The loop's, as it knows itself once it has called back. */
  private @Nullable Thread thread;

  private long nowNanos;
  private long heldBytes;
  private int finding;
  private boolean timed;
  private boolean logged;
  private long loggedNanos;
  private boolean closed;

  private final CompletableFuture<Void> stopping = new CompletableFuture<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private final CompletableFuture<Void> finished = new CompletableFuture<>();

  DatagramSessions(
      DatagramHub hub,
      SocketAddress address,
      DatagramUpstream upstream,
      DatagramRelaySettings settings) {
    this.hub = hub;
    this.address = address;
    this.upstream = upstream;
    this.settings = settings;
    this.max = settings.maxSessions();
  }

  /** An upstream that is known, so that nobody has to look for it. */
  record Fixed(SocketAddress address) implements DatagramUpstream {
    @Override
    public SocketAddress find(SocketAddress peer) {
      return address;
    }
  }

  void start() throws IOException {
    hub.port().watch(() -> onLoop(() -> hub.port().receive(forwarder, forward)));
  }

  Snapshot snapshot() {
    var dropped = new EnumMap<Drop, Long>(Drop.class);
    forward.addTo(dropped);
    backward.addTo(dropped);
    return new Snapshot(
        open,
        opened.sum(),
        expired.sum(),
        evicted.sum(),
        forward.traffic(),
        backward.traffic(),
        dropped);
  }

  private void onLoop(Runnable task) {
    thread = Thread.currentThread();
    nowNanos = hub.nanoTime();
    try {
      task.run();
    } catch (Throwable t) {
      forward.dropped(Drop.FAILED, 1);
      warn("relaying failed", address, t);
    }
  }

  private void forward(DatagramSide.Run run) {
    var flow = run.flow();
    var session = table.get(flow);
    if (session == null) {
      session = begin(flow, run.datagrams());
      if (session == null) {
        return;
      }
    }
    session.usedNanos = nowNanos;
    var socket = session.upstream;
    if (run.cut()) {
      forward.dropped(Drop.TOO_LONG, run.datagrams());
    } else if (socket == null) {
      long before = session.heldBytes();
      forward.dropped(Drop.WAITING, session.hold(run, MAX_HELD_BYTES - heldBytes));
      heldBytes += session.heldBytes() - before;
    } else {
      socket.send(run, null, forward);
      endIfLost(session, socket);
    }
  }

  private void backward(DatagramSession session, DatagramSide socket) {
    if (!session.ended) {
      socket.receive(run -> reply(session, run), backward);
      endIfLost(session, socket);
    }
  }

  private void reply(DatagramSession session, DatagramSide.Run run) {
    table.get(session.flow); // which makes it the last one used
    session.usedNanos = nowNanos;
    if (run.cut()) {
      backward.dropped(Drop.TOO_LONG, run.datagrams());
    } else {
      hub.port().send(run, session.flow, backward);
    }
  }

  private void endIfLost(DatagramSession session, DatagramSide socket) {
    if (socket.lost()) {
      end(session, End.LOST);
    }
  }

  private @Nullable DatagramSession begin(DatagramSide.Flow flow, int datagrams) {
    var session = new DatagramSession(flow, flow.peer());
    if (stopping.isDone()) {
      forward.dropped(Drop.STOPPING, datagrams);
      return null;
    }
    if (!settings.access().permits(session.peer)) {
      forward.dropped(Drop.DENIED, datagrams);
      return null;
    }
    if (table.size() >= max) {
      evicted.increment();
      end(table.values().iterator().next(), End.EVICTED);
      if (closed) { // by who was told of it
        forward.dropped(Drop.STOPPING, datagrams);
        return null;
      }
    }
    try {
      if (upstream instanceof Fixed fixed) {
        connect(session, fixed.address());
      } else {
        find(session);
      }
    } catch (IOException | RuntimeException e) {
      forward.dropped(Drop.NO_SESSION, datagrams);
      failed(session, e);
      return null;
    }
    session.usedNanos = nowNanos;
    table.put(flow, session);
    open = table.size();
    opened.increment();
    event(() -> settings.events().started(session.peer));
    schedule();
    return session.ended ? null : session; // closed by who was told of it
  }

  private void connect(DatagramSession session, SocketAddress to) throws IOException {
    var socket = hub.connect(to);
    try {
      socket.watch(() -> onLoop(() -> backward(session, socket)));
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
    session.upstream = socket;
  }

  private void find(DatagramSession session) {
    var finder =
        Thread.ofVirtual()
            .name("netsvc-upstream")
            .unstarted(
                () -> {
                  try {
                    var found = upstream.find(session.peer);
                    hub.execute(() -> onLoop(() -> found(session, found)));
                  } catch (Throwable t) {
                    hub.execute(() -> onLoop(() -> notFound(session, t)));
                  }
                });
    session.finder = finder;
    finder.start();
    finding++;
  }

  private void found(DatagramSession session, SocketAddress to) {
    if (!session.ended) {
      try {
        connect(session, to);
      } catch (IOException | RuntimeException e) {
        notFound(session, e);
        return;
      }
    }
    foundOrNot(session);
    var socket = session.upstream;
    if (socket != null && !session.ended) {
      heldBytes -= session.heldBytes();
      session.release().forEach(datagram -> socket.send(datagram, forward));
      endIfLost(session, socket);
    }
  }

  private void notFound(DatagramSession session, Throwable cause) {
    foundOrNot(session);
    if (!session.ended) {
      failed(session, cause);
      end(session, End.LOST);
    }
  }

  private void foundOrNot(DatagramSession session) {
    session.finder = null;
    finding--;
    finishIfAllEnded();
  }

  private void failed(DatagramSession session, Throwable cause) {
    warn("no session", session.peer, cause);
    var told = cause instanceof IOException e ? e : new IOException(cause.toString(), cause);
    event(() -> settings.events().failed(session.peer, told));
  }

  private void end(DatagramSession session, End how) {
    if (session.ended) {
      return;
    }
    session.ended = true;
    table.remove(session.flow);
    open = table.size();
    if (session.upstream != null) {
      session.upstream.close();
    }
    if (session.finder != null) {
      session.finder.interrupt();
    }
    heldBytes -= session.heldBytes();
    forward.dropped(Drop.NO_SESSION, session.release().size());
    event(() -> settings.events().ended(session.peer, how));
    if (stopping.isDone() && table.isEmpty()) {
      drained.complete(null);
    }
  }

  private void schedule() {
    if (!timed && !table.isEmpty()) {
      timed = true;
      var next = table.values().iterator().next();
      long left = settings.idleNanos() - (nowNanos - next.usedNanos);
      var _ = hub.schedule(() -> onLoop(this::expire), Math.min(left, LONGEST_TIMER_NANOS));
    }
  }

  private void expire() {
    timed = false;
    while (!table.isEmpty()) {
      var next = table.values().iterator().next();
      if (nowNanos - next.usedNanos < settings.idleNanos()) {
        break;
      }
      expired.increment();
      end(next, End.EXPIRED);
    }
    schedule();
  }

  Stopped stop(long graceNanos) {
    if (Thread.currentThread() == thread) {
      stopNow();
      boolean graceful = drained.isDone();
      finish();
      return graceful ? Stopped.GRACEFUL : Stopped.FORCED;
    }
    hub.execute(() -> onLoop(this::stopNow));
    await(stopping, Long.MAX_VALUE);
    boolean graceful = await(drained, graceNanos);
    hub.execute(() -> onLoop(this::finish));
    await(finished, Long.MAX_VALUE);
    return graceful ? Stopped.GRACEFUL : Stopped.FORCED;
  }

  private void stopNow() {
    if (table.isEmpty()) {
      drained.complete(null);
    }
    stopping.complete(null);
  }

  private void finish() {
    closed = true;
    for (var session : new ArrayList<>(table.values())) {
      end(session, End.CLOSED);
    }
    hub.port().close();
    finishIfAllEnded();
  }

  private void finishIfAllEnded() {
    if (closed && finding == 0) {
      finished.complete(null);
    }
  }

  /** {@return whether it is done in time} An interrupt ends the time, unless there is no end to it. */
  private static boolean await(CompletableFuture<Void> future, long nanos) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
          return true;
        } catch (TimeoutException e) {
          return false;
        } catch (InterruptedException e) {
          interrupted = true;
          if (nanos < Long.MAX_VALUE) {
            return future.isDone();
          }
        } catch (ExecutionException e) {
          throw new AssertionError(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void event(Runnable call) {
    try {
      call.run();
    } catch (Throwable t) {
      warn("a listener of relay events failed", address, t);
    }
  }

  /** Says what is wrong, but not for each datagram; without fds, logging itself may fail. */
  private void warn(String what, SocketAddress peer, Throwable cause) {
    if (logged && nowNanos - loggedNanos < LOG_EVERY_NANOS) {
      return;
    }
    logged = true;
    loggedNanos = nowNanos;
    try {
      if (cause instanceof IOException) {
        log.warn("{} relay={} peer={} cause=\"{}\"", what, address, peer, cause.getMessage());
      } else {
        log.warn("{} relay={} peer={}", what, address, peer, cause);
      }
    } catch (Throwable t) {
      // There is nobody else to tell.
    }
  }
}
