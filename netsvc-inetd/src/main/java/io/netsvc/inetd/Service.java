package io.netsvc.inetd;

import io.netsvc.net.Connection;
import io.netsvc.net.DatagramOptions;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.Listener;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.ProcessSpawner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running entry: its sockets, its limits, and what it started. */
final class Service implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);
  private static final long MINUTE_NANOS = 60_000_000_000L;

  /** A {@code wait} program that ends sooner than this did not do its work. */
  private static final long QUICK_NANOS = 1_000_000_000L;

  private static final int MAX_BACK_OFF_SECONDS = 300;

  /** Ports from which a datagram must not be answered, or two servers could answer each other. */
  private static final List<Integer> ANSWERING_PORTS = List.of(0, 7, 9, 13, 17, 19, 37);

  private final ServiceSpec spec;
  private final Resolver resolver;
  private final Executor spawning;
  private final @Nullable ProcessSpawner spawner;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<DatagramPort> ports = new ArrayList<>();
  private final LongAdder started = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final Sources sources;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger quickEnds = new AtomicInteger();
  private long windowStartNanos = System.nanoTime();
  private int windowStarts;
  private volatile boolean closed;

  private Service(ServiceSpec spec, Resolver resolver, Executor spawning) {
    this.spec = spec;
    this.resolver = resolver;
    this.spawning = spawning;
    this.sources = new Sources(spec.maxPerMinutePerSource(), spec.maxChildrenPerSource());
    this.spawner = spec.internal() ? null : resolver.spawner(spec);
  }

  /** Opens the sockets of a checked entry, all or none, and begins to serve. */
  static Service open(ServiceSpec spec, Resolver resolver, Executor spawning) throws IOException {
    var service = new Service(spec, resolver, spawning);
    try {
      for (var address : resolver.addresses(spec)) {
        service.open(address);
      }
      return service;
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private void open(SocketAddress address) throws IOException {
    boolean dual = spec.protocol() == Protocol.TCP46 || spec.protocol() == Protocol.UDP46;
    if (address instanceof UnixDomainSocketAddress unix && !unix.getPath().toString().startsWith("@")) {
      removeStale(unix.getPath());
    }
    if (spec.type() == SocketType.STREAM) {
      var listener = Listener.open(address, options -> listening(options, dual));
      listeners.add(listener);
      if (spec.waits() && spawner != null) {
        listener.onReadable(() -> handOver(listener, spawner));
      } else {
        listener.onAccept(connection -> accepted(listener, connection));
      }
    } else {
      var port = DatagramPort.open(address, options -> receiving(options, dual));
      ports.add(port);
      port.onReadable(
          spawner == null ? () -> answer(port) : () -> handOver(port, spawner));
    }
  }

  private ListenOptions listening(ListenOptions options, boolean dual) {
    var all = options.withDualStack(dual);
    if (spec.sendBuffer().isPresent()) {
      all = all.withSendBuffer(spec.sendBuffer().getAsInt());
    }
    return spec.receiveBuffer().isPresent()
        ? all.withReceiveBuffer(spec.receiveBuffer().getAsInt())
        : all;
  }

  private DatagramOptions receiving(DatagramOptions options, boolean dual) {
    var all = options.withDualStack(dual);
    if (spec.sendBuffer().isPresent()) {
      all = all.withSendBuffer(spec.sendBuffer().getAsInt());
    }
    return spec.receiveBuffer().isPresent()
        ? all.withReceiveBuffer(spec.receiveBuffer().getAsInt())
        : all;
  }

  /** Removes a socket file that nobody listens at; a live one makes the bind fail. */
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (var _ = java.nio.channels.SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return;
    } catch (java.net.ConnectException _) {
      Files.deleteIfExists(path);
    } catch (java.net.SocketException _) {
      // Not a socket, or not ours: bind says so.
    }
  }

  // ---- nowait

  private void accepted(Listener listener, Connection connection) {
    var source = source(connection);
    if (!sources.admit(source)) {
      refused.increment();
      log.debug("refused service={} peer={} limit per source", spec.name(), connection.remoteAddress());
      connection.close();
      return;
    }
    if (spawner == null) {
      started.increment();
      log.debug("serving service={} peer={}", spec.name(), connection.remoteAddress());
      var handler = resolver.handler(spec);
      listener.serve(
          connection,
          c -> {
            try {
              handler.serve(c);
            } finally {
              sources.ended(source);
            }
          });
      return;
    }
    running.incrementAndGet();
    limit(listener);
    spawning.execute(() -> spawn(listener, connection, source, spawner));
  }

  /** Returns what counts as one client: its address, or all of a Unix socket's. */
  private static String source(Connection connection) {
    return connection.remoteAddress() instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : "unix";
  }

  /** Lets clients wait in the backlog while the service is over a limit. */
  private void limit(Listener listener) {
    long now = System.nanoTime();
    if (now - windowStartNanos >= MINUTE_NANOS) {
      windowStartNanos = now;
      windowStarts = 0;
    }
    windowStarts++;
    if (spec.maxPerMinute().isPresent() && windowStarts >= spec.maxPerMinute().getAsInt()) {
      long rest = MINUTE_NANOS - (now - windowStartNanos);
      log.warn(
          "limit reached, clients wait service={} maxPerMinute={} seconds={}",
          spec.name(), spec.maxPerMinute().getAsInt(), rest / 1_000_000_000);
      windowStartNanos = now + rest;
      windowStarts = 0;
      listener.pauseFor(rest, TimeUnit.NANOSECONDS);
    }
    if (spec.maxChildren().isPresent() && running.get() >= spec.maxChildren().getAsInt()) {
      listener.pause();
    }
  }

  private void spawn(
      Listener listener, Connection connection, String source, ProcessSpawner program) {
    var peer = connection.remoteAddress();
    try (connection) {
      var process = program.spawn(ChildFd.of(connection));
      started.increment();
      log.info("started service={} peer={} pid={}", spec.name(), peer, process.pid());
      process.onExit(
          status -> {
            ended(process.pid(), status);
            finished(listener, source);
          });
    } catch (IOException | RuntimeException e) {
      failed.increment();
      log.warn("not started service={} peer={} cause={}", spec.name(), peer, e.getMessage());
      finished(listener, source);
    }
  }

  private void finished(Listener listener, String source) {
    sources.ended(source);
    int left = running.decrementAndGet();
    if (spec.maxChildren().isPresent() && left == spec.maxChildren().getAsInt() - 1) {
      listener.resume();
    }
  }

  private void ended(long pid, ExitStatus status) {
    if (status.success()) {
      log.info("ended service={} pid={} status=0", spec.name(), pid);
    } else {
      log.info("ended service={} pid={} {}", spec.name(), pid, status);
    }
  }

  // ---- wait

  private void handOver(Listener listener, ProcessSpawner program) {
    listener.pause();
    run(
        ChildFd.of(listener),
        program,
        backOff -> {
          listener.pauseFor(backOff, TimeUnit.SECONDS);
          listener.resume();
        });
  }

  private void handOver(DatagramPort port, ProcessSpawner program) {
    port.pause();
    run(
        ChildFd.of(port),
        program,
        backOff -> {
          port.pauseFor(backOff, TimeUnit.SECONDS);
          port.resume();
        });
  }

  private interface Resume {
    void after(int seconds);
  }

  private void run(ChildFd socket, ProcessSpawner program, Resume resume) {
    running.incrementAndGet();
    spawning.execute(
        () -> {
          long begin = System.nanoTime();
          try {
            var process = program.spawn(socket);
            started.increment();
            log.info("started service={} pid={} wait", spec.name(), process.pid());
            process.onExit(
                status -> {
                  running.decrementAndGet();
                  ended(process.pid(), status);
                  if (!closed) {
                    resume.after(backOff(System.nanoTime() - begin < QUICK_NANOS));
                  }
                });
          } catch (IOException | RuntimeException e) {
            running.decrementAndGet();
            failed.increment();
            log.warn("not started service={} cause={}", spec.name(), e.getMessage());
            resume.after(backOff(true));
          }
        });
  }

  /** Returns the seconds to pause: none for a few quick ends, then 1, 2, 4 … 300. */
  private int backOff(boolean quick) {
    int ends = quick ? quickEnds.incrementAndGet() : 0;
    if (!quick) {
      quickEnds.set(0);
    }
    if (ends <= 5) {
      return 0;
    }
    int seconds = Math.min(MAX_BACK_OFF_SECONDS, 1 << Math.min(ends - 6, 9));
    log.warn(
        "the program ends at once, pausing service={} seconds={}; with wait it must {}",
        spec.name(),
        seconds,
        spec.type() == SocketType.STREAM
            ? "accept the connection from fd 0 itself: if it does not, say nowait"
            : "read the datagram from fd 0");
    return seconds;
  }

  // ---- internal datagrams

  private void answer(DatagramPort port) {
    try {
      for (int i = 0; i < 64; i++) {
        var request = port.poll();
        if (request.isEmpty()) {
          return;
        }
        if (request.get().peer() instanceof InetSocketAddress peer
            && ANSWERING_PORTS.contains(peer.getPort())) {
          log.debug("loop refused service={} peer={}", spec.name(), peer);
          continue;
        }
        var answer = Builtin.named(spec.argv().getFirst()).orElseThrow().answer(request.get().data());
        started.increment();
        if (answer != null) {
          port.send(new DatagramPort.Datagram(answer, request.get().peer()));
        }
      }
    } catch (IOException e) {
      log.debug("datagram failed service={} cause={}", spec.name(), e.getMessage());
    }
  }

  ServiceSpec spec() {
    return spec;
  }

  ServiceState state() {
    var addresses = new ArrayList<SocketAddress>();
    listeners.forEach(l -> addresses.add(l.localAddress()));
    ports.forEach(p -> addresses.add(p.localAddress()));
    return new ServiceState(spec.name(), addresses, started.sum(), running.get(), failed.sum(), refused.sum());
  }

  /** Closes the sockets; programs that run go on with theirs. */
  @Override
  public void close() {
    closed = true;
    listeners.forEach(Listener::close);
    ports.forEach(DatagramPort::close);
    if (spec.protocol() == Protocol.UNIX && !(listeners.isEmpty() && ports.isEmpty())) {
      try {
        Files.deleteIfExists(Path.of(spec.service()));
      } catch (IOException e) {
        log.warn("cannot remove socket path={} cause={}", spec.service(), e.getMessage());
      }
    }
  }
}
