package io.netsvc.inetd;

import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.linux.Loops;
import io.netsvc.net.Listener;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Starts the services of an {@link InetdConfig} on demand: programs, the built-in services and Java
 * handlers. A broken entry is reported and stays off, or keeps its running predecessor at a reload;
 * the others never notice. Needs Linux on x86-64 with native access.
 *
 * <p>A program runs with the fds that its entry says and nothing else of the JVM's: as the entry's
 * user with that user's groups, in a session of its own, and with an environment of {@code PATH},
 * {@code USER}, {@code LOGNAME}, {@code HOME} and {@code SHELL} alone. Users, groups, hosts and
 * services are looked up at the start and at each reload, and the user again at an entry's first
 * start after that.
 *
 * <p>What a server has started ends with it, not with its entry: a reload closes sockets and ends
 * no program and no handler; {@link #stop} and {@link #close} end all. Processes that a program
 * itself has started are the program's to end.
 *
 * <p>Servers are safe for use by multiple concurrent threads.
 */
public final class InetdServer implements AutoCloseable {
  /** A program starts within less, or is stuck. */
  private static final Duration STARTS = Duration.ofSeconds(10);

  private final Resolver resolver;
  private final InetdSettings settings;
  private final Sessions sessions = new Sessions();
  private volatile List<Service> services = List.of();
  private List<Diagnostic> diagnostics = List.of();
  private boolean stopped;
  private @Nullable Thread handingOver;

  private InetdServer(InetdSettings settings) {
    this.settings = settings;
    this.resolver = new Resolver(settings, () -> services);
  }

  /** Starts a server with the default options. */
  public static InetdServer start(InetdConfig config) {
    return start(config, o -> o);
  }

  /** Starts a server; what is wrong with single entries is in {@link #diagnostics}. */
  public static InetdServer start(InetdConfig config, UnaryOperator<InetdOptions> options) {
    var server = new InetdServer((InetdSettings) options.apply(InetdSettings.defaults()));
    server.reload(config);
    server.begun();
    return server;
  }

  private synchronized void begun() {
    resolver.inherited().begun(services.stream().flatMap(s -> s.sockets().stream()).toList());
  }

  /** As {@link #check(InetdConfig, UnaryOperator)}, with the default options. */
  public static InetdConfig check(InetdConfig config) {
    return check(config, o -> o);
  }

  /**
   * Returns a configuration with what a server would find wrong with it, and what is hardly meant,
   * opening nothing.
   */
  public static InetdConfig check(InetdConfig config, UnaryOperator<InetdOptions> options) {
    var settings = (InetdSettings) options.apply(InetdSettings.defaults());
    var checked = config.checked(new Resolver(settings, List::of).checker());
    return checked.checked(new Lints(checked)::of);
  }

  /**
   * Changes to another configuration.
   *
   * <ul>
   *   <li>An unchanged entry keeps its sockets, limits and counters.
   *   <li>A changed entry keeps the sockets whose type, address and buffer sizes it still asks for,
   *       with the clients that wait at them, and its counters. What its predecessor started counts
   *       against its new limits; its limits per minute and per client begin anew. Where a program
   *       has the socket ({@code wait}), the new entry begins when that program ends.
   *   <li>An entry that is broken, or one of whose sockets cannot be opened, keeps its running
   *       predecessor as it is: the entry with the same service, or else the one that differs in
   *       hosts and service alone.
   *   <li>An entry that is gone is closed; but if some of the configuration could not be read at all
   *       ({@link InetdConfig#isPartial}), it is kept, since it may stand there.
   * </ul>
   *
   * @return what has changed and what is wrong with the configuration; with {@link
   *     InetdOptions#withStrict} nothing has changed if there is an error among it
   * @throws IllegalStateException if the server is stopped
   */
  public synchronized Reloaded reload(InetdConfig config) {
    mayChange();
    var result =
        new Reload(services, resolver, sessions, settings.killDelay())
            .run(config.checked(resolver.checker()), settings.strict());
    services = result.services();
    diagnostics = result.report().diagnostics();
    return result.report();
  }

  /** {@return what the start or the last reload found wrong} */
  public synchronized List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** {@return what each service does now; does not wait for a change that goes on} */
  public List<ServiceState> services() {
    return services.stream().map(Service::state).toList();
  }

  /**
   * Has a service listen no more, so that clients are refused; what it has started goes on, but for
   * a program that is kept running. It stays stopped, also over a reload, until {@link
   * #startService}.
   *
   * @param name as in {@link ServiceState#name}
   * @throws java.util.NoSuchElementException if there is none of that name
   */
  public synchronized void stopService(String name) {
    mayChange();
    service(name).stop();
  }

  /**
   * Takes back {@link #stopService}.
   *
   * @throws java.util.NoSuchElementException if there is none of that name
   * @throws IOException if it cannot listen; it stays stopped
   */
  public synchronized void startService(String name) throws IOException {
    mayChange();
    service(name).start();
  }

  /**
   * Ends what a service has started, SIGTERM first, and has it begin anew without closing a socket.
   *
   * @throws java.util.NoSuchElementException if there is none of that name
   * @throws IOException if it was stopped and cannot listen
   */
  public synchronized void restartService(String name) throws IOException {
    mayChange();
    service(name).restart();
  }

  /**
   * Ends the programs that a service has started, by SIGTERM, and by SIGKILL when their time is
   * over; one that is kept running starts again.
   *
   * @return how many there were
   * @throws java.util.NoSuchElementException if there is none of that name
   */
  public synchronized int killService(String name) {
    return service(name).kill();
  }

  private Service service(String name) {
    Objects.requireNonNull(name, "name");
    return services.stream()
        .filter(service -> service.spec().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no service \"" + name + '"'));
  }

  /**
   * Starts a process that follows this one, gives it every socket, and once it serves listens no
   * more: no client is refused or lost meanwhile. What was started goes on; {@link #stop} waits for
   * it. The new process has this one's environment, working directory and fds 0 to 2, takes the
   * sockets by {@link io.netsvc.net.PassedSocket#takeAll} and {@link InetdOptions#withSockets}, and
   * calls {@link #ready}. A service that is stopped is so in the new process; limits and
   * counters begin anew there; a program that has a socket ({@code wait}) keeps it until it ends,
   * and one that is kept running is ended here before it starts there. Blocks; other changes of this
   * server are refused meanwhile, but for {@link #stop}, which ends the new process first.
   *
   * @param command the program, an absolute path or a name to find in {@code PATH}, and its arguments
   * @param others further listeners that go along, by the names that {@link
   *     io.netsvc.net.PassedSocket#name} has there; {@link Listener#detach detached} then, too
   * @param patience how long it may take to serve
   * @return the pid of the new process
   * @throws IOException if it does not serve; it has ended then, and this server goes on as before
   * @throws UnsupportedOperationException where no fds can be passed
   */
  public long handOver(List<String> command, Map<String, Listener> others, Duration patience)
      throws IOException, InterruptedException {
    Handover handover;
    synchronized (this) {
      mayChange();
      handingOver = Thread.currentThread();
      // Else a program that starts from now on would have a socket that the new process watches.
      services.forEach(Service::pauseToLeave);
    }
    try {
      sessions.awaitStarts(STARTS);
      handover = new Handover(services, resolver.inherited(), others);
      var process = handover.run(List.copyOf(command), patience);
      synchronized (this) {
        stopped = true;
        others.values().forEach(Listener::detach); // first, if somebody asks there how this one does
        services.forEach(Service::leave);
        services = List.of();
      }
      settle();
      return process.pid();
    } finally {
      synchronized (this) {
        handingOver = null;
        notifyAll();
        services.forEach(Service::resumeToStay);
      }
    }
  }

  /** Who was accepted a moment ago is on the way to a session. */
  private static void settle() {
    var empty = new CountDownLatch(1);
    Loops.shared().execute(empty::countDown);
    try {
      var _ = empty.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the new process serves, whatever comes
    }
  }

  /**
   * Tells a supervisor that this server serves, and takes over what a predecessor has had: from now
   * on a Unix socket's file is removed with the socket.
   *
   * @throws IOException if an entry is broken and a predecessor hands over, which goes on then; this
   *     server is to be closed
   */
  public void ready(Supervisor supervisor) throws IOException {
    if (resolver.inherited().follows()) {
      var lost = diagnostics().stream().filter(Diagnostic::isError).findFirst();
      if (lost.isPresent()) {
        throw new IOException("a service would be lost: " + lost.get());
      }
    }
    supervisor.ready();
    resolver.inherited().own();
  }

  private void mayChange() {
    if (stopped) {
      throw new IllegalStateException("the server is stopped");
    }
    if (handingOver != null) {
      throw new IllegalStateException("a new process is about to take over");
    }
  }

  /**
   * Closes every socket at once, gives programs and handlers this long to end, and then does as
   * {@link #close}. An interrupt ends the grace, and is set again. A handler that calls this does
   * not wait for itself.
   *
   * @param grace zero or negative for no time at all
   */
  public Stopped stop(Duration grace) {
    List<Service> all;
    synchronized (this) {
      endHandover();
      stopped = true;
      all = services;
      services = List.of();
    }
    all.forEach(Service::stop);
    resolver.inherited().close();
    var how = sessions.stop(grace, settings.killDelay());
    sessions.spareFds().close();
    sessions.outputs().close(); // what programs have left behind may go on, without our log
    return how;
  }

  /** A handover that is not complete is over; the new process has ended then. */
  private void endHandover() {
    boolean interrupted = false;
    while (handingOver != null && handingOver != Thread.currentThread()) {
      handingOver.interrupt();
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Closes every socket, closes the connections of handlers and interrupts them, ends programs by
   * SIGTERM, and those that do not end by SIGKILL after {@link InetdOptions#withKillDelay}. Returns
   * when all of them have ended.
   */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }
}
