package io.netsvc.inetd;

import io.netsvc.inetd.config.ServiceSpec;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one process tells the next that has its sockets, in the environment: which programs still
 * have some of them, and what was stopped.
 *
 * @param told by name: a pid, or {@code stopped}
 */
record Succession(boolean isPresent, Map<String, String> told) {
  /** The socket file at which the predecessor waits for sd_notify(3)'s READY=1. */
  static final String SOCKET = "NETSVC_PREDECESSOR";

  /** What it tells: name=value&amp;name=value, as in a URL. */
  static final String STATE = "NETSVC_PREDECESSOR_STATE";

  private static final String STOPPED = "stopped";

  /** A name of LISTEN_FDNAMES is not longer. */
  private static final int LONGEST = 255;

  static Succession none() {
    return new Succession(false, Map.of());
  }

  static Succession ofThisProcess() {
    return System.getenv(SOCKET) == null
        ? none()
        : new Succession(true, decoded(Optional.ofNullable(System.getenv(STATE)).orElse("")));
  }

  /** Returns what tells a successor how the services are. */
  static String encoded(Iterable<Service> services) {
    var told = new HashMap<String, String>();
    for (var service : services) {
      if (service.isStopped()) {
        told.put(name(service.spec()), STOPPED);
      } else if (service.serving() instanceof Daemon daemon) {
        told.put(name(service.spec()), String.valueOf(daemon.pid()));
      } else {
        for (var socket : service.sockets()) {
          if (socket.holder() != 0) {
            told.put(name(socket.key()), String.valueOf(socket.holder()));
          }
        }
      }
    }
    return told.entrySet().stream()
        .map(e -> encoded(e.getKey()) + '=' + encoded(e.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static Map<String, String> decoded(String text) {
    var told = new HashMap<String, String>();
    for (var each : text.split("&", -1)) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        told.put(decodedWord(each.substring(0, equals)), decodedWord(each.substring(equals + 1)));
      }
    }
    return told;
  }

  private static String encoded(String word) {
    return URLEncoder.encode(word, StandardCharsets.UTF_8);
  }

  private static String decodedWord(String word) {
    return URLDecoder.decode(word, StandardCharsets.UTF_8);
  }

  /** Returns the name under which a socket is passed, by what was asked for. */
  static String name(ServiceSocket.Key key) {
    var name = encoded(key.type() + " " + key.address() + (key.dualStack() ? " dual" : "") + key.rpc().map(rpc -> " " + rpc).orElse(""));
    return name.length() <= LONGEST
        ? name
        : name.substring(0, LONGEST - 9) + '-' + Integer.toHexString(name.hashCode());
  }

  /** Returns the name of an entry. */
  static String name(ServiceSpec spec) {
    return "service " + spec.name() + ' ' + spec.listens();
  }

  /** Returns the program that is told under a name, or 0. */
  long program(String name) {
    var pid = told.getOrDefault(name, "");
    return pid.matches("[0-9]{1,9}") ? Long.parseLong(pid) : 0;
  }

  boolean wasStopped(String name) {
    return STOPPED.equals(told.get(name));
  }
}
