package io.netsvc.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's settings: {@code /proc/sys} of proc_sys(5). Needs no native access. */
public final class Sysctl {
  private Sysctl() {}

  /** {@return a setting, such as {@code net/ipv4/ip_local_port_range}; empty where there is none} */
  public static String text(String name) {
    try {
      // Not readString, which asks for one byte first: a sysctl gives all that it has at offset 0.
      return String.join("\n", Files.readAllLines(Path.of("/proc/sys", name))).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** {@return a setting that is a number, or another number where there is none} */
  public static int number(String name, int otherwise) {
    try {
      return Integer.parseInt(text(name));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** {@return the first port that needs no privilege, of both families; see ip(7)} */
  public static int firstUnprivilegedPort() {
    return number("net/ipv4/ip_unprivileged_port_start", 1024); // since Linux 4.11
  }
}
