package io.netsvc.sockets;

import io.netsvc.linux.LinuxException;
import io.netsvc.linux.NativeAccess;
import io.netsvc.linux.SocketDiag;
import io.netsvc.net.BindFailedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of this machine, as ss(8) lists them: what listens, what is connected, and which
 * processes hold it.
 *
 * <p>On Linux the kernel is asked by NETLINK_SOCK_DIAG of sock_diag(7), for the states that are wanted
 * and no more; {@code /proc/net} is read where that cannot be had, which tells less. Each call asks
 * anew. What it returns is no snapshot: sockets that come and go meanwhile may be in it or not.
 * Nothing here needs a privilege, but for the network namespace of others; a plain user sees every
 * socket, and of the processes those of its own.
 *
 * <p>A table is immutable and safe for use by multiple concurrent threads.
 */
public final class SocketTable {
  private static final int TRIES = 3;

  /** So that a failure's message stays one that is read. */
  private static final int MOST_TOLD = 2;

  /** Where the namespace is, for setns(2); empty for that of this process. */
  private final Optional<String> namespace;

  /** Where its files of /proc/net are; empty if nowhere. */
  private final Optional<Path> files;

  private SocketTable(Optional<String> namespace, Optional<Path> files) {
    this.namespace = namespace;
    this.files = files;
  }

  /** {@return the table of the network namespace of this process} */
  public static SocketTable system() {
    return new SocketTable(Optional.empty(), Optional.of(Path.of("/proc/self/net")));
  }

  /**
   * Returns the table of the network namespace that a process is in. Without CAP_SYS_ADMIN, it is
   * read from {@code /proc/PID/net}, which tells less.
   */
  public static SocketTable ofProcess(long pid) {
    var process = Path.of("/proc", Long.toString(pid));
    return new SocketTable(
        Optional.of(process.resolve("ns/net").toString()), Optional.of(process.resolve("net")));
  }

  /**
   * Returns the table of a network namespace that ip-netns(8) has named. Listing it needs
   * CAP_SYS_ADMIN.
   *
   * @throws IllegalArgumentException if the name is none that a file could have
   */
  public static SocketTable ofNamespace(String name) {
    boolean plain = name.indexOf('/') < 0 && name.indexOf('\0') < 0;
    if (!plain || name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException("name of a network namespace: \"" + name + '"');
    }
    return new SocketTable(Optional.of("/run/netns/" + name), Optional.empty());
  }

  /**
   * Lists what waits for somebody, of every protocol.
   *
   * @throws IOException if the kernel cannot be asked, or there is no such network namespace
   */
  public List<SocketEntry> listening() throws IOException {
    return query(SocketQuery::withWaiting);
  }

  /**
   * Lists sockets.
   *
   * @param options says which, from all of them
   * @throws IOException if the kernel cannot be asked, or there is no such network namespace
   */
  public List<SocketEntry> query(UnaryOperator<SocketQuery> options) throws IOException {
    var selection = (SocketSelection) options.apply(SocketSelection.ALL);
    var diag = open();
    if (diag.isEmpty()) {
      var found = new ArrayList<SocketEntry>();
      new ProcNet(files.orElseThrow(), selection, found).readAll();
      return found;
    }
    try (var kernel = diag.get()) {
      return new Listing(selection, kernel).all();
    }
  }

  /**
   * Finds every process that holds one of some sockets, by looking at all fds of all processes, which
   * takes some microseconds for each.
   */
  public Holders holders(Collection<? extends SocketEntry> sockets) {
    return new HolderSearch(sockets, false).search();
  }

  /**
   * Finds one process that holds each of some sockets. Low fds are looked at first, and no more than
   * needed, so that it is fast for what listens. Which one is found where several hold the same is not
   * defined.
   */
  public Holders firstHolders(Collection<? extends SocketEntry> sockets) {
    return new HolderSearch(sockets, true).search();
  }

  /**
   * Tells what is in the way of a bind: of a listening TCP socket, or of UDP. A socket whose options
   * might allow it is in the way, since nobody can see them.
   *
   * @return the most important first; empty if nothing is in the way, as far as one can see
   * @throws IOException if the kernel cannot be asked, or there is no such network namespace
   */
  public List<Obstacle> whoBlocks(PortBinding wanted) throws IOException {
    return new ObstacleSearch(this, namespace.isEmpty()).inet((PortSettings) wanted);
  }

  /**
   * As {@link #whoBlocks(PortBinding)}, for what a bind was refused: an IP address, or a path or
   * {@code @} and an abstract name of a Unix socket.
   *
   * @throws IllegalArgumentException if the address is not resolved, or of another kind than the
   *     protocol
   */
  public List<Obstacle> whoBlocks(SocketProtocol protocol, SocketAddress address)
      throws IOException {
    return switch (address) {
      case InetSocketAddress inet -> {
        var alone = whoBlocks(PortBinding.of(protocol, inet).withV6Only(true));
        // It may have been to take IPv4 as well, which nobody has told.
        yield alone.isEmpty() ? whoBlocks(PortBinding.of(protocol, inet)) : alone;
      }
      case UnixDomainSocketAddress unix when protocol.isUnix() ->
          new ObstacleSearch(this, namespace.isEmpty()).unix(protocol, unix.getPath().toString());
      default -> throw new IllegalArgumentException(protocol.netid() + " at " + address);
    };
  }

  /**
   * Returns the message of a failure; for a bind that failed because its address is taken or not
   * local, with what is in the way and what would help, in the same line.
   */
  public static String explain(IOException failure) {
    var message = String.valueOf(failure.getMessage());
    if (!(failure instanceof BindFailedException bind)) {
      return message;
    }
    var reason = bind.reason();
    if (reason != BindFailedException.Reason.ADDRESS_IN_USE
        && reason != BindFailedException.Reason.ADDRESS_NOT_LOCAL) {
      return message; // it says already what it takes
    }
    try {
      var obstacles = system().whoBlocks(protocol(bind), bind.address());
      return obstacles.stream()
          .limit(MOST_TOLD)
          .map(Obstacle::toString)
          .collect(Collectors.joining("; ", obstacles.isEmpty() ? message : message + "; ", ""));
    } catch (IOException | IllegalArgumentException e) {
      return message; // the kernel's table cannot be had
    }
  }

  private static SocketProtocol protocol(BindFailedException bind) {
    if (bind.address() instanceof UnixDomainSocketAddress) {
      return bind.isDatagram() ? SocketProtocol.UNIX_DATAGRAM : SocketProtocol.UNIX_STREAM;
    }
    return bind.isDatagram() ? SocketProtocol.UDP : SocketProtocol.TCP;
  }

  /** Opens the kernel's table; empty where only files can be read. */
  private Optional<SocketDiag> open() throws IOException {
    var missing = NativeAccess.missing();
    if (missing.isPresent()) {
      if (files.isEmpty()) {
        throw new IOException("another network namespace needs " + missing.get());
      }
      return Optional.empty();
    }
    try {
      return Optional.of(
          namespace.isPresent() ? SocketDiag.open(namespace.get()) : SocketDiag.open());
    } catch (LinuxException e) {
      if (files.isEmpty()) {
        throw e;
      }
      return Optional.empty(); // not permitted, or not built in: the files tell whether it is there
    }
  }

  /** One listing by the kernel's table. */
  private final class Listing {
    private final SocketSelection selection;
    private final SocketDiag kernel;
    private final Map<Integer, String> devices = new HashMap<>();

    Listing(SocketSelection selection, SocketDiag kernel) {
      this.selection = selection;
      this.kernel = kernel;
    }

    List<SocketEntry> all() throws IOException {
      var found = new ArrayList<SocketEntry>();
      var port = selection.port();
      int unixStates = 0;
      for (var protocol : SocketProtocol.values()) {
        int states = selection.protocols().contains(protocol) ? selection.bits(protocol) : 0;
        if (protocol.isUnix()) {
          unixStates |= states;
        } else if (states != 0) {
          inet(protocol, states, port, found);
        }
      }
      if (unixStates != 0) {
        unix(unixStates, found);
      }
      return found;
    }

    private void inet(
        SocketProtocol protocol, int states, OptionalInt port, List<SocketEntry> found)
        throws IOException {
      for (var family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
        if (selection.families().contains(family)) {
          byte[] request = InetDiag.request(family, protocol, states, selection.memory(), port);
          if (!dump(request, in -> InetDiag.entry(protocol, in, this::device), found)) {
            if (files.isPresent()) {
              new ProcNet(files.get(), selection, found).readInet(protocol, family);
            }
          }
        }
      }
    }

    private void unix(int states, List<SocketEntry> found) throws IOException {
      if (!dump(UnixDiag.request(states), UnixDiag::entry, found)) {
        if (files.isPresent()) {
          new ProcNet(files.get(), selection, found).readUnix();
        }
      }
    }

    private boolean dump(byte[] request, Reader reader, List<SocketEntry> found)
        throws IOException {
      int before = found.size();
      for (int tries = 1; ; tries++) {
        var end =
            kernel.dump(
                request,
                in -> {
                  var entry = reader.read(in);
                  if (entry != null && selection.takes(entry)) {
                    found.add(entry);
                  }
                });
        if (end != SocketDiag.Dump.INTERRUPTED || tries == TRIES) {
          return end != SocketDiag.Dump.UNSUPPORTED;
        }
        found.subList(before, found.size()).clear();
      }
    }

    private interface Reader {
      @Nullable SocketEntry read(ByteBuffer in);
    }

    private String device(int index) {
      return devices.computeIfAbsent(index, kernel::device);
    }
  }
}
