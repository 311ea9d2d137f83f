package io.netsvc.linux;

import java.util.Map;

/** The names of errno(3) values, as Linux numbers them on x86-64 and aarch64. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int ECHILD = 10;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ETXTBSY = 26;
  public static final int EPIPE = 32;
  public static final int ERANGE = 34;
  public static final int ENOSYS = 38;
  public static final int ETIME = 62;
  public static final int ENONET = 64;
  public static final int EPROTO = 71;
  public static final int ENOTSOCK = 88;
  public static final int EMSGSIZE = 90;
  public static final int ENOPROTOOPT = 92;
  public static final int EPROTONOSUPPORT = 93;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int EHOSTDOWN = 112;
  public static final int EHOSTUNREACH = 113;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENOBUFS = 105;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOTCONN = 107;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EALREADY = 114;
  public static final int EINPROGRESS = 115;
  public static final int ECANCELED = 125;
  public static final int EISCONN = 106;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "EPERM"), Map.entry(2, "ENOENT"), Map.entry(3, "ESRCH"),
          Map.entry(4, "EINTR"), Map.entry(5, "EIO"), Map.entry(6, "ENXIO"),
          Map.entry(7, "E2BIG"), Map.entry(8, "ENOEXEC"), Map.entry(9, "EBADF"),
          Map.entry(10, "ECHILD"), Map.entry(11, "EAGAIN"), Map.entry(12, "ENOMEM"),
          Map.entry(13, "EACCES"), Map.entry(14, "EFAULT"), Map.entry(16, "EBUSY"),
          Map.entry(17, "EEXIST"), Map.entry(19, "ENODEV"), Map.entry(20, "ENOTDIR"),
          Map.entry(21, "EISDIR"), Map.entry(22, "EINVAL"), Map.entry(23, "ENFILE"),
          Map.entry(24, "EMFILE"), Map.entry(26, "ETXTBSY"), Map.entry(28, "ENOSPC"),
          Map.entry(32, "EPIPE"), Map.entry(34, "ERANGE"), Map.entry(36, "ENAMETOOLONG"), Map.entry(38, "ENOSYS"),
          Map.entry(40, "ELOOP"), Map.entry(64, "ENONET"), Map.entry(71, "EPROTO"), Map.entry(88, "ENOTSOCK"),
          Map.entry(90, "EMSGSIZE"), Map.entry(92, "ENOPROTOOPT"),
          Map.entry(93, "EPROTONOSUPPORT"), Map.entry(94, "ESOCKTNOSUPPORT"),
          Map.entry(95, "EOPNOTSUPP"), Map.entry(97, "EAFNOSUPPORT"),
          Map.entry(98, "EADDRINUSE"), Map.entry(99, "EADDRNOTAVAIL"),
          Map.entry(100, "ENETDOWN"), Map.entry(101, "ENETUNREACH"),
          Map.entry(103, "ECONNABORTED"), Map.entry(104, "ECONNRESET"),
          Map.entry(105, "ENOBUFS"), Map.entry(106, "EISCONN"), Map.entry(107, "ENOTCONN"),
          Map.entry(110, "ETIMEDOUT"), Map.entry(111, "ECONNREFUSED"),
          Map.entry(112, "EHOSTDOWN"), Map.entry(113, "EHOSTUNREACH"), Map.entry(114, "EALREADY"),
          Map.entry(115, "EINPROGRESS"));

  private Errno() {}

  private static final Map<Integer, String> TEXTS =
      Map.ofEntries(
          Map.entry(1, "Operation not permitted"), Map.entry(2, "No such file or directory"),
          Map.entry(7, "Argument list too long"), Map.entry(8, "Exec format error"),
          Map.entry(9, "Bad file descriptor"),
          Map.entry(11, "Resource temporarily unavailable"), Map.entry(12, "Cannot allocate memory"),
          Map.entry(13, "Permission denied"), Map.entry(20, "Not a directory"),
          Map.entry(21, "Is a directory"), Map.entry(22, "Invalid argument"),
          Map.entry(23, "Too many open files in system"), Map.entry(24, "Too many open files"),
          Map.entry(26, "Text file busy"), Map.entry(32, "Broken pipe"),
          Map.entry(36, "File name too long"), Map.entry(40, "Too many levels of symbolic links"),
          Map.entry(90, "Message too long"),
          Map.entry(97, "Address family not supported by protocol"),
          Map.entry(98, "Address already in use"), Map.entry(99, "Cannot assign requested address"),
          Map.entry(19, "No such device"), Map.entry(100, "Network is down"),
          Map.entry(101, "Network is unreachable"), Map.entry(113, "No route to host"),
          Map.entry(104, "Connection reset by peer"), Map.entry(110, "Connection timed out"),
          Map.entry(107, "Transport endpoint is not connected"),
          Map.entry(111, "Connection refused"));

  /** Returns the cause and the name, such as {@code Address already in use (EADDRINUSE)}. */
  public static String describe(int errno) {
    var text = TEXTS.get(errno);
    return text == null ? name(errno) : text + " (" + name(errno) + ')';
  }

  /** Returns the name, such as {@code EADDRINUSE}, or {@code errno 1234}. */
  public static String name(int errno) {
    return NAMES.getOrDefault(errno, "errno " + errno);
  }
}
