package io.netsvc.sockets;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A process that holds a socket.
 *
 * @param pid its process id
 * @param thread the id of a thread of it that has a table of fds of its own, if that one holds it
 * @param name the process's name, at most 15 bytes: {@code /proc/PID/comm}; empty if it ended meanwhile
 * @param commandLine its arguments, empty for none to see; they are what the process says
 * @param user the name of its real user, or the number of one without a name
 * @param fds the fds that are this socket, in order; with a search for the first holder one alone
 * @param unit the systemd unit that its control group belongs to, such as {@code nginx.service}
 */
public record Holder(
    int pid,
    OptionalInt thread,
    String name,
    List<String> commandLine,
    String user,
    List<Integer> fds,
    Optional<String> unit) {

  /** Copies the lists. */
  public Holder {
    commandLine = List.copyOf(commandLine);
    fds = List.copyOf(fds);
  }
}
