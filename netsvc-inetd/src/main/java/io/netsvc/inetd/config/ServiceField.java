package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code [host[,host]:]service}; the last colon splits, brackets around an address are taken off. */
record ServiceField(List<String> hosts, String service) {
  static ServiceField parse(Word word, Protocol protocol, @Nullable List<String> defaultHosts)
      throws Rejected {
    var text = word.text();
    if (protocol == Protocol.UNIX) {
      boolean abstractName = text.startsWith("@") && text.length() > 1;
      if (!abstractName && (!text.startsWith("/") || text.endsWith("/"))) {
        throw word.expected("an absolute path, which is the service of a unix socket");
      }
      return new ServiceField(List.of(), text);
    }
    int colon = text.lastIndexOf(':');
    var service = text.substring(colon + 1);
    if (colon < 0 && defaultHosts == null) {
      throw word.expected("a host before the service, because the default host above is broken");
    }
    var hosts =
        colon < 0 && defaultHosts != null ? defaultHosts : hosts(word, text.substring(0, colon));
    requireService(word, service);
    return new ServiceField(hosts, service);
  }

  /** Returns the field that says that. */
  static String text(List<String> hosts, String service) {
    if (hosts.isEmpty()) {
      return service;
    }
    return hosts.stream()
            .map(host -> host.indexOf(':') < 0 ? host : '[' + host + ']')
            .collect(Collectors.joining(","))
        + ':'
        + service;
  }

  private static void requireService(Word word, String service) throws Rejected {
    if (Numbers.digits(service)) {
      int port = Numbers.parse(service).orElse(0);
      if (port < 1 || port > 65535) {
        throw word.expected("a port from 1 to 65535");
      }
    } else if (service.isEmpty() || !service.chars().allMatch(ServiceField::inName)) {
      throw word.expected("a port from 1 to 65535 or a service's name");
    }
  }

  private static boolean inName(int c) {
    return c > ' ' && c < 0x7f && "/,[]:\"'`\\;|&<>(){}$!".indexOf(c) < 0;
  }

  /** Returns the hosts of a list, none if {@code *} is among them. */
  static List<String> hosts(Word word, String list) throws Rejected {
    var hosts = new LinkedHashSet<String>();
    boolean all = false;
    for (var host : list.split(",", -1)) {
      if (host.equals("*")) {
        all = true;
      } else {
        hosts.add(host(word, host));
      }
    }
    return all ? List.of() : new ArrayList<>(hosts);
  }

  private static String host(Word word, String text) throws Rejected {
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    var host = bracketed ? text.substring(1, text.length() - 1) : text;
    boolean numeric = host.indexOf(':') >= 0;
    boolean good = numeric ? ipv6(host) : !bracketed && name(host);
    if (!good) {
      throw word.expected("host:service, where host is a name, an address, [an IPv6 address] or *");
    }
    return host;
  }

  private static boolean name(String host) {
    return !host.isEmpty()
        && host.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '_');
  }

  /** Returns whether this may be an IPv6 address; whether it is one shows when it is looked up. */
  private static boolean ipv6(String host) {
    int zone = host.indexOf('%');
    var address = zone < 0 ? host : host.substring(0, zone);
    return address.indexOf(':') != address.lastIndexOf(':')
        && address.chars().allMatch(c -> c == ':' || c == '.' || (c < 0x7f && Character.digit(c, 16) >= 0))
        && (zone < 0 || name(host.substring(zone + 1)));
  }
}
