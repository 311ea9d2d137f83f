package io.netsvc.sockets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** What a filter asks of a socket beside its addresses. */
final class SocketTraits {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private SocketTraits() {}

  /** By the name of an interface; {@code 0} is none. */
  static FilterCondition device(FilterText in, boolean equal, FilterWord name) {
    var text = name.text();
    boolean none = text.equals("0");
    if (text.isEmpty() || (!none && text.chars().allMatch(Character::isDigit))) {
      throw in.unexpected(name, "the name of a network interface, or 0 for none");
    }
    var wanted = none ? "" : text;
    return FilterCondition.of(
        entry -> (entry instanceof InetEntry inet ? inet.device() : "").equals(wanted) == equal);
  }

  /** A mark, or one and the bits of it that count; a mark that nobody tells is not equal to any. */
  static FilterCondition mark(FilterText in, boolean equal, FilterWord word) {
    var parts = word.text().split("/", 2);
    var mark = number(parts[0]);
    var mask = parts.length == 1 ? OptionalLong.of(0xffff_ffffL) : number(parts[1]);
    if (mark.isEmpty() || mask.isEmpty()) {
      throw in.unexpected(word, "a mark of 32 bits, such as 0x10 or 0x10/0xff");
    }
    long wanted = mark.getAsLong();
    long bits = mask.getAsLong();
    return FilterCondition.of(
        entry -> {
          var its = entry instanceof InetEntry inet ? inet.mark() : OptionalLong.empty();
          return (its.isPresent() && (its.getAsLong() & bits) == wanted) == equal;
        });
  }

  private static OptionalLong number(String text) {
    try {
      long number = Long.decode(text);
      return number >= 0 && number <= 0xffff_ffffL ? OptionalLong.of(number) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** By a path below the mount of cgroup2, or with it; a control group's id is its inode. */
  static FilterCondition controlGroup(FilterText in, boolean equal, FilterWord word) {
    if (word.isEnd()) {
      throw in.unexpected(word, "the path of a control group");
    }
    var inode = inode(word.text());
    if (inode.isEmpty()) {
      throw in.unexpected(word, "the path of a control group that exists");
    }
    long id = inode.get();
    return FilterCondition.of(
        entry -> {
          var its = entry instanceof InetEntry inet ? inet.cgroupId() : OptionalLong.empty();
          return (its.isPresent() && its.getAsLong() == id) == equal;
        });
  }

  private static Optional<Long> inode(String path) {
    try (var mounts = Files.lines(MOUNTS)) {
      // What is mounted, where, and as what.
      var mount =
          mounts
              .map(line -> line.split(" ", 4))
              .filter(words -> words[2].equals("cgroup2"))
              .findFirst();
      if (mount.isEmpty()) {
        return Optional.empty();
      }
      var root = Path.of(mount.get()[1]);
      var given = Path.of("/", path).normalize();
      var group = given.startsWith(root) ? given : root.resolve(given.toString().substring(1));
      return Optional.of((Long) Files.getAttribute(group, "unix:ino"));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // no such file, or a text that is no path
    }
  }

  /**
   * A local port of the range that the kernel takes those from that nobody asked for, or the name
   * that it gives a Unix socket. The range is the one of this process's network namespace, now.
   */
  static FilterCondition autobound() {
    var range = PortRange.ephemeral();
    return FilterCondition.of(
        entry ->
            switch (entry) {
              case InetEntry inet -> range.has(inet.local().getPort());
              case UnixEntry unix -> isAutobound(unix.rawName());
            });
  }

  /** unix(7): a NUL and five hexadecimal digits. */
  private static boolean isAutobound(byte[] name) {
    if (name.length == 0) {
      return true;
    }
    boolean named = name.length == 6 && name[0] == 0;
    for (int i = 1; named && i < name.length; i++) {
      named = "0123456789abcdef".indexOf(name[i]) >= 0;
    }
    return named;
  }
}
