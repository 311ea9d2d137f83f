package io.netsvc.inetd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * hosts_access(5): the first line of hosts.allow that has the daemon and the client lets it in,
 * else the first of hosts.deny keeps it out, else it may come. A file that is not there has no
 * lines; one that cannot be read lets nobody in. Files are read again when they have changed. Of
 * hosts_options(5), {@code allow} and {@code deny} count; nothing is run.
 */
final class TcpWrappers {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final HostsFile allow;
  private final HostsFile deny;

  TcpWrappers() {
    this(Path.of("/etc/hosts.allow"), Path.of("/etc/hosts.deny"));
  }

  TcpWrappers(Path allow, Path deny) {
    this.allow = new HostsFile(allow);
    this.deny = new HostsFile(deny);
  }

  /** Reads one of the files when it has changed. */
  private static final class HostsFile {
    private final Path path;
    private List<HostsRule> rules = List.of();
    private Object version = "";

    HostsFile(Path path) {
      this.path = path;
    }

    synchronized List<HostsRule> rules() throws IOException {
      try {
        var attributes =
            Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class);
        var now = List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
        if (!now.equals(version)) {
          rules = HostsRule.parse(path, Files.readString(path, java.nio.charset.StandardCharsets.ISO_8859_1));
          version = now;
        }
      } catch (NoSuchFileException e) {
        rules = List.of();
        version = "";
      }
      return rules;
    }
  }

  /** Decides for a daemon, by its program's name; blocks, since it may take DNS. */
  boolean permit(String daemon, SocketAddress peer, PeerNames names) {
    if (!(peer instanceof InetSocketAddress inet)) {
      return true;
    }
    var client = new HostsRule.Client(inet, names);
    try {
      var decision = first(allow, daemon, client, true);
      if (decision.isEmpty()) {
        decision = first(deny, daemon, client, false);
      }
      return decision.orElse(true);
    } catch (IOException e) {
      log.warn("cannot read hosts.allow or hosts.deny, refused daemon={} cause=\"{}\"", daemon, e.toString());
      return false;
    }
  }

  private static Optional<Boolean> first(
      HostsFile file, String daemon, HostsRule.Client client, boolean usually) throws IOException {
    for (var rule : file.rules()) {
      if (rule.has(daemon, client)) {
        boolean permits = rule.permits().orElse(usually);
        log.debug("wrappers daemon={} peer={} permits={} by={}", daemon, client.address(), permits, rule.place());
        return Optional.of(permits);
      }
    }
    return Optional.empty();
  }
}
