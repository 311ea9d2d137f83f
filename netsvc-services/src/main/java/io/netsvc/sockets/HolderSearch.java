package io.netsvc.sockets;

import io.netsvc.linux.Errno;
import io.netsvc.linux.FdTable;
import io.netsvc.linux.NativeAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Looks for the processes that hold sockets, in {@code /proc/PID/fd}. Processes come and go
 * meanwhile: one that is gone holds nothing.
 */
final class HolderSearch {
  /** Servers open what they listen at before anything else. */
  private static final int LOW = 64;

  private final boolean first;

  /** The inodes to look for; with {@link #first}, without those found. */
  private final Set<Long> wanted = new HashSet<>();

  private final Map<Owned, List<Integer>> found = new LinkedHashMap<>();
  private final Set<Long> foundInodes = new HashSet<>();
  private int hidden;

  /** A process, or a thread with a table of its own (0 for none), and a socket that it holds. */
  private record Owned(long inode, int pid, int thread) {
    // Those that a record has of itself are made when first called, which takes milliseconds.
    @Override
    public boolean equals(Object other) {
      return other instanceof Owned o && inode == o.inode && pid == o.pid && thread == o.thread;
    }

    @Override
    public int hashCode() {
      return 31 * Long.hashCode(inode) + pid;
    }
  }

  HolderSearch(Collection<? extends SocketEntry> sockets, boolean first) {
    this.first = first;
    for (var socket : sockets) {
      if (socket.inode() != 0) {
        wanted.add(socket.inode());
      }
    }
  }

  Holders search() {
    if (!wanted.isEmpty()) {
      if (NativeAccess.missing().isEmpty()) {
        try (var table = new FdTable()) {
          search(table);
        }
      } else {
        hidden = FdLinks.search(this::see);
      }
      // Mounted with hidepid, /proc does not even list others: proc(5).
      if (hidden == 0 && isMissing() && !Files.exists(Path.of("/proc/1"))) {
        hidden = 1;
      }
    }
    return result();
  }

  private void search(FdTable table) {
    var processes = processes(table);
    if (first) {
      lowFirst(table, processes);
    } else {
      for (int pid : processes) {
        if (opened(table, pid)) {
          look(table, pid, 0, Integer.MAX_VALUE);
        }
      }
    }
    if (isMissing()) {
      wanted.removeAll(foundInodes);
      foundInodes.clear();
      for (int pid : processes(table)) {
        lookAgain(table, pid);
        if (!isMissing()) {
          return;
        }
      }
    }
  }

  private static List<Integer> processes(FdTable table) {
    return numbers(table, 0);
  }

  private static List<Integer> numbers(FdTable table, int pid) {
    var numbers = new ArrayList<Integer>();
    if (table.openTasks(pid) == 0) {
      for (int each = table.next(); each >= 0; each = table.next()) {
        numbers.add(each);
      }
    }
    return numbers;
  }

  private boolean opened(FdTable table, int pid) {
    int errno = table.open(pid);
    if (errno != 0 && errno != Errno.ENOENT && errno != Errno.ESRCH) { // EACCES, but EMFILE as well
      hidden++;
    }
    return errno == 0;
  }

  private void lowFirst(FdTable table, List<Integer> processes) {
    var larger = new ArrayList<Integer>();
    for (int pid : processes) {
      if (opened(table, pid) && look(table, pid, 0, LOW)) {
        larger.add(pid);
      }
      if (wanted.isEmpty()) {
        return;
      }
    }
    for (int pid : larger) {
      if (table.open(pid) == 0) {
        table.skipTo(LOW);
        look(table, pid, 0, Integer.MAX_VALUE);
      }
      if (wanted.isEmpty()) {
        return;
      }
    }
  }

  /** Looks at the fds below a limit; whether there are more. */
  private boolean look(FdTable table, int pid, int thread, int limit) {
    for (int fd = table.next(); fd >= 0; fd = table.next()) {
      if (fd >= limit) {
        return true;
      }
      see(table.socket(fd), pid, thread, fd);
      if (wanted.isEmpty()) {
        return false;
      }
    }
    return false;
  }

  /**
   * Looks for what is missing at threads with a table of their own; and, where nobody is hidden who may
   * have it, at the process again: a socket may have moved on meanwhile, from one that was looked at
   * later to an earlier one.
   */
  private void lookAgain(FdTable table, int pid) {
    if (hidden == 0 && table.open(pid) == 0) {
      look(table, pid, 0, Integer.MAX_VALUE);
    }
    for (int thread : numbers(table, pid)) {
      if (thread != pid && FdTable.isOwn(pid, thread) && table.open(pid, thread) == 0) {
        look(table, pid, thread, Integer.MAX_VALUE);
      }
    }
  }

  private void see(long inode, int pid, int thread, int fd) {
    if (inode == 0 || !wanted.contains(inode)) {
      return;
    }
    var fds = found.computeIfAbsent(new Owned(inode, pid, thread), _ -> new ArrayList<>());
    fds.add(fd); // once: they come in order, and what is found is not looked for again
    foundInodes.add(inode);
    if (first) {
      wanted.remove(inode);
    }
  }

  private boolean isMissing() {
    return first ? !wanted.isEmpty() : foundInodes.size() < wanted.size();
  }

  private Holders result() {
    var processes = new HashMap<Integer, ProcessInfo>();
    var byInode = new HashMap<Long, List<Holder>>();
    var users = new UserNames();
    found.forEach(
        (owned, fds) -> {
          var process = processes.computeIfAbsent(owned.pid, pid -> ProcessInfo.of(pid, users));
          byInode
              .computeIfAbsent(owned.inode, _ -> new ArrayList<>())
              .add(
                  new Holder(
                      owned.pid,
                      owned.thread == 0 ? OptionalInt.empty() : OptionalInt.of(owned.thread),
                      process.name(),
                      process.commandLine(),
                      process.user(),
                      fds,
                      process.unit()));
        });
    byInode.replaceAll((_, holders) -> List.copyOf(holders));
    return new Holders(byInode, hidden);
  }
}
