package io.netsvc.net;

import io.netsvc.linux.GivenSockets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that a service manager started this process with: sd_listen_fds(3). */
final class Activation {
  private static final int FIRST = 3;
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  /** Numbers that listeners have, or had and then closed; they are never looked at again. */
  private static final Set<Integer> TAKEN = new HashSet<>();

  private Activation() {}

  /** An fd and its name, where {@code unknown} is none. */
  record Passed(int number, String name) {
    @Override
    public String toString() {
      return "fd " + number + " \"" + name + '"';
    }
  }

  /** Takes those that nobody has taken yet: with a name, or all that are listeners. */
  static List<Listener> listeners(@Nullable String name, UnaryOperator<ListenOptions> options)
      throws IOException {
    var all = passed(System.getenv(), ProcessHandle.current().pid());
    return all.isEmpty() ? List.of() : listeners(all, name, options);
  }

  private static List<Listener> listeners(
      List<Passed> all, @Nullable String name, UnaryOperator<ListenOptions> options)
      throws IOException {
    if (!(Transports.chosen() instanceof LinuxTransport transport)) {
      throw Transports.onlyLinux("a socket that was passed, " + all.getFirst() + ',');
    }
    synchronized (TAKEN) {
      var left = all.stream().filter(each -> !TAKEN.contains(each.number())).toList();
      for (var each : left) {
        GivenSockets.closeOnExec(each.number()); // those that nobody asks for, too
      }
      var wanted = new ArrayList<Passed>();
      for (var each : left) {
        if ((name == null || name.equals(each.name())) && listens(each, name != null)) {
          wanted.add(each);
        }
      }
      var listeners = new ArrayList<Listener>();
      try {
        for (var each : wanted) {
          listeners.add(Listener.adopt(transport, each.number(), options));
          TAKEN.add(each.number());
        }
        return List.copyOf(listeners);
      } catch (IOException | RuntimeException e) {
        listeners.forEach(Listener::close);
        throw e;
      }
    }
  }

  /** Takes all that nobody has taken yet and that are listeners or bound datagram sockets. */
  static List<PassedSocket> takeAll() throws IOException {
    var all = passed(System.getenv(), ProcessHandle.current().pid());
    if (all.isEmpty()) {
      return List.of();
    }
    if (!(Transports.chosen() instanceof LinuxTransport transport)) {
      throw Transports.onlyLinux("a socket that was passed, " + all.getFirst() + ',');
    }
    synchronized (TAKEN) {
      var taken = new ArrayList<PassedSocket>();
      for (var each : all) {
        if (!TAKEN.contains(each.number())) {
          GivenSockets.closeOnExec(each.number());
          boolean datagram = GivenSockets.isDatagram(each.number());
          if (datagram || listens(each, false)) {
            taken.add(PassedSocket.take(transport, each, datagram));
            TAKEN.add(each.number());
          }
        }
      }
      return List.copyOf(taken);
    }
  }

  private static boolean listens(Passed passed, boolean asked) throws IOException {
    var instead = GivenSockets.notListening(passed.number());
    if (instead.isEmpty()) {
      return true;
    }
    if (asked) {
      throw new IOException("inherited " + passed + ": " + instead.get() + ", not a listener");
    }
    log.info("not a listener fd={} name={} it is={}", passed.number(), passed.name(), instead.get());
    return false;
  }

  /**
   * Reads the environment as sd_listen_fds_with_names(3) does: nothing is passed unless it is to
   * this very process.
   */
  static List<Passed> passed(Map<String, String> environment, long pid) throws IOException {
    var count = number(environment, "LISTEN_FDS");
    var receiver = number(environment, "LISTEN_PID");
    if (count.isEmpty() || receiver.isEmpty() || receiver.get() != pid) {
      return List.of();
    }
    var text = environment.get("LISTEN_FDNAMES");
    var names = text == null ? null : text.isEmpty() ? List.<String>of() : List.of(text.split(":", -1));
    if (names != null && names.size() != count.get()) {
      throw new IOException(
          "LISTEN_FDNAMES: read " + names.size() + " names, but LISTEN_FDS=" + count.get());
    }
    var passed = new ArrayList<Passed>();
    for (int i = 0; i < count.get(); i++) {
      passed.add(new Passed(FIRST + i, names == null ? "unknown" : names.get(i)));
    }
    return List.copyOf(passed);
  }

  private static Optional<Integer> number(Map<String, String> environment, String name)
      throws IOException {
    var text = environment.get(name);
    if (text == null) {
      return Optional.empty();
    }
    if (!text.matches("[0-9]{1,6}")) {
      throw new IOException(
          name + ": read \"" + text.replaceAll("\\p{C}", "?") + "\", expected a number");
    }
    return Optional.of(Integer.valueOf(text));
  }
}
