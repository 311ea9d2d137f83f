package io.netsvc.inetd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * hosts_access(5): the first line of hosts.allow that has the daemon and the client lets it in,
 * else the first of hosts.deny keeps it out, else it may come. Where it cannot be told whether a
 * line has them, one that lets in is passed over and one that keeps out counts. A file that is not
 * there has no lines; one that cannot be read lets nobody in. Files are read again when they have
 * changed. Of hosts_options(5), {@code allow} and {@code deny} count; nothing is run, and a line
 * that asks for something else than the service, as {@code twist} does, keeps out.
 */
final class TcpWrappers {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final HostsFile allow;
  private final HostsFile deny;

  TcpWrappers() {
    this(Path.of("/etc/hosts.allow"), Path.of("/etc/hosts.deny"));
  }

  TcpWrappers(Path allow, Path deny) {
    this.allow = new HostsFile(allow, true);
    this.deny = new HostsFile(deny, false);
  }

  /** Reads one of the files when it has changed. */
  private static final class HostsFile {
    private final Path path;
    private final boolean permits;
    private List<HostsRule> rules = List.of();
    private Object version = "";

    HostsFile(Path path, boolean permits) {
      this.path = path;
      this.permits = permits;
    }

    synchronized List<HostsRule> rules() throws IOException {
      try {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        var now = List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
        if (!now.equals(version)) {
          rules = HostsRule.parse(path.toString(), Files.readString(path, StandardCharsets.ISO_8859_1), permits);
          version = now;
        }
      } catch (NoSuchFileException e) {
        rules = List.of();
        version = "";
      }
      return rules;
    }
  }

  /**
   * Decides for a daemon, by its program's name; blocks, since it may take DNS.
   *
   * @param local where the client has connected to
   */
  boolean permit(String daemon, SocketAddress local, SocketAddress peer, PeerNames names) {
    if (!(local instanceof InetSocketAddress at && peer instanceof InetSocketAddress from)) {
      return true; // a Unix socket's file has a mode
    }
    var request = HostsRule.Request.of(daemon, at, from, names);
    try {
      var decision = first(allow, request);
      if (decision.isEmpty()) {
        decision = first(deny, request);
      }
      decision.ifPresent(
          by -> log.debug("wrappers daemon={} peer={} permits={} by={}", daemon, from, by.permits(), by.place()));
      return decision.map(HostsRule::permits).orElse(true);
    } catch (IOException e) {
      log.warn("cannot read hosts.allow or hosts.deny, refused daemon={} cause=\"{}\"", daemon, e.toString());
      return false;
    }
  }

  private static Optional<HostsRule> first(HostsFile file, HostsRule.Request request) throws IOException {
    for (var rule : file.rules()) {
      var has = rule.has(request);
      if (has == Truth.YES || (has == Truth.MAYBE && !rule.permits())) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }
}
