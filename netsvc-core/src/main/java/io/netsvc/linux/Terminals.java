package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Pseudo-terminals; see pty(7). */
public final class Terminals {
  private static final int O_RDWR = 2;
  private static final int O_NOCTTY = 0x100;
  private static final int O_CLOEXEC = 0x80000;
  private static final long TIOCSPTLCK = 0x40045431;
  private static final long TIOCGPTPEER = 0x5441;

  private Terminals() {}

  /**
   * The two sides of a pseudo-terminal.
   *
   * @param master the side of whoever plays the terminal
   * @param terminal the side of the program
   */
  public record Sides(Fd master, Fd terminal) {}

  /**
   * Opens one: what posix_openpt(3), unlockpt(3) and an open of ptsname(3) do, but the program's side
   * comes from the master by TIOCGPTPEER of ioctl_tty(2) and not by its path, which may be another's
   * where /dev/pts is mounted twice. There is nothing that grantpt(3) would still have to do on Linux.
   */
  public static Sides open() throws LinuxException {
    var master = Fd.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    try (var arena = Arena.ofConfined()) {
      int result =
          Syscalls.ioctl(master.number(), TIOCSPTLCK, arena.allocateFrom(ValueLayout.JAVA_INT, 0));
      if (result < 0) {
        throw new LinuxException("ioctl TIOCSPTLCK", -result);
      }
      var flags = MemorySegment.ofAddress(O_RDWR | O_NOCTTY | O_CLOEXEC); // by value
      var terminal =
          Fd.opened("ioctl TIOCGPTPEER", Syscalls.ioctl(master.number(), TIOCGPTPEER, flags));
      return new Sides(master, terminal);
    } catch (LinuxException | RuntimeException e) {
      master.close();
      throw e;
    }
  }
}
