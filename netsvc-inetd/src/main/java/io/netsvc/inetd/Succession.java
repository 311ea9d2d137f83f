package io.netsvc.inetd;

import io.netsvc.inetd.config.ServiceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one process tells the next that has its sockets, in a file of a directory that only its user
 * can look into: what each passed socket is, which programs still have some, and what was stopped.
 *
 * @param isPresent whether there is a predecessor
 * @param told by name
 */
record Succession(boolean isPresent, Map<String, String> told) {
  /** The environment variable that names the directory. */
  static final String DIRECTORY = "NETSVC_PREDECESSOR";

  /** The socket in there at which the predecessor waits for sd_notify(3)'s READY=1. */
  static final String READY = "ready";

  private static final String STATE = "state";
  private static final String STOPPED = "stopped";

  static Succession none() {
    return new Succession(false, Map.of());
  }

  /** Returns what this process was told, which cannot be read again. */
  static Succession ofThisProcess() {
    var directory = System.getenv(DIRECTORY);
    if (directory == null) {
      return none();
    }
    try (var lines = Files.lines(Path.of(directory, STATE))) {
      var told = new HashMap<String, String>();
      for (var line : (Iterable<String>) lines::iterator) {
        int equals = line.indexOf('=');
        told.put(decoded(line.substring(0, equals)), decoded(line.substring(equals + 1)));
      }
      return new Succession(true, told);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what the process before this one tells", e);
    }
  }

  /** Writes what a successor is to be told. */
  static void write(Path directory, Map<String, String> told) throws IOException {
    Files.writeString(
        directory.resolve(STATE),
        told.entrySet().stream()
            .map(e -> encoded(e.getKey()) + '=' + encoded(e.getValue()) + '\n')
            .collect(Collectors.joining()));
  }

  /** Removes the directory. */
  static void remove(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(STATE));
    Files.deleteIfExists(directory.resolve(READY));
    Files.deleteIfExists(directory);
  }

  private static String encoded(String word) {
    return URLEncoder.encode(word, StandardCharsets.UTF_8);
  }

  private static String decoded(String word) {
    return URLDecoder.decode(word, StandardCharsets.UTF_8);
  }

  /** Returns the name of what a socket was opened for. */
  static String name(SocketKey key) {
    return key.type()
        + " " + key.address()
        + (key.dualStack() ? " dual" : "")
        + key.rpc().map(rpc -> " " + rpc).orElse("");
  }

  private static String name(ServiceSpec spec) {
    return "service " + spec.name() + ' ' + spec.listens();
  }

  /** Returns what each service is to tell: that it is stopped, or which program is kept. */
  static Map<String, String> of(Iterable<Service> services) {
    var told = new HashMap<String, String>();
    for (var service : services) {
      if (service.isStopped()) {
        told.put(name(service.spec()), STOPPED);
      } else if (service.serving() instanceof Daemon daemon) {
        told.put(name(service.spec()), String.valueOf(daemon.pid()));
      }
    }
    return told;
  }

  /** Returns the predecessor's program of a kept entry, or 0. */
  long program(ServiceSpec spec) {
    return pid(name(spec));
  }

  /** Returns a pid that is told, or 0. */
  long pid(String name) {
    var pid = told.getOrDefault(name, "");
    return pid.matches("[0-9]{1,9}") ? Long.parseLong(pid) : 0;
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(told.get(name));
  }

  boolean wasStopped(ServiceSpec spec) {
    return STOPPED.equals(told.get(name(spec)));
  }
}
