package io.netsvc.inetd.config;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the inetd.conf of one server has, and what it means there. {@link Dialect#INETD} has all of
 * it. Not followed are the faults of servers: OpenBSD's inetd takes a comment after an entry as
 * arguments and gives an entry's continuation to its IPv4 socket alone, GNU's takes port 99999 for
 * 34463 and no address in brackets, those of GNU and busybox do not open {@code tcp6} beside {@code
 * tcp}, and all but GNU's take the end of a line of DOS for a part of its last word.
 *
 * @param server who refuses what is not among them
 * @param has what it has
 */
record Rules(String server, Set<Has> has) {

  /** Something that not all servers have. */
  enum Has {
    /** {@code tcp} and {@code udp} are IPv4 and IPv6; else IPv4 alone. */
    DUAL,
    /** A port's number for a service. */
    NUMBERS,
    /** {@code host:service}, and {@code host:} alone. */
    HOSTS,
    /** Quotes around a word. */
    QUOTES,
    /** A line that begins with a blank goes on with the entry above it. */
    INDENTED,
    /** So does a line after a backslash. */
    BACKSLASH,
    /** A comment from any {@code #} on. */
    HASH,
    /** {@code tcp4} and {@code udp4}. */
    FOUR,
    /** {@code tcp46} and {@code udp46}. */
    BOTH,
    /** They are IPv4 alone. */
    BOTH_IS_FOUR,
    /** {@code tcp6only} and {@code udp6only}. */
    SIX_ONLY,
    /** {@code unix}. */
    UNIX,
    /** {@code rpc/…}. */
    RPC,
    /** {@code tcpmux/…}. */
    TCPMUX,
    /** {@code ,sndbuf=} and {@code ,rcvbuf=}. */
    BUFFERS,
    /** {@code nowait.max}. */
    DOT_MAX,
    /** {@code nowait:max}. */
    COLON_MAX,
    /** {@code nowait/children/…}. */
    SLASH_MAX,
    /** What follows {@code nowait} and is not understood is passed over. */
    ANY_MAX,
    /** Any word but {@code wait} means {@code nowait}. */
    ANY_WAIT,
    /** {@code user.group}. */
    DOT_GROUP,
    /** {@code user/class}. */
    LOGIN_CLASS,
    /** {@code service on key = value;} and {@code .include}. */
    DEFINITIONS,
    /** Programs are looked up in PATH. */
    SEARCH,
    /** Without arguments, the program's whole path is its name. */
    WHOLE_NAME,
    /** Without arguments, a program does not even get its name. */
    NO_NAME,
    /** IPv4 and IPv6 at one port, as two entries. */
    PAIRS,
    /** {@code :user:group:mode:/path} for a Unix socket. */
    SOCKET_OWNER,
    /** {@code #<off>#} of Debian's update-inetd(8). */
    OFF_MARK,
    /** {@code always} for wait, and whatever else is ours alone. */
    OURS
  }

  static final Rules ALL =
      new Rules(
          "netsvc",
          EnumSet.complementOf(
              EnumSet.of(Has.HASH, Has.ANY_MAX, Has.ANY_WAIT, Has.WHOLE_NAME, Has.NO_NAME, Has.BOTH_IS_FOUR)));

  static Rules of(Dialect dialect) {
    return switch (dialect) {
      case OPENBSD ->
          new Rules(
              "OpenBSD's inetd",
              EnumSet.of(
                  Has.DUAL, Has.NUMBERS, Has.HOSTS, Has.INDENTED, Has.FOUR, Has.BOTH, Has.SIX_ONLY, Has.UNIX,
                  Has.RPC, Has.BUFFERS, Has.DOT_MAX, Has.ANY_MAX, Has.ANY_WAIT, Has.DOT_GROUP, Has.PAIRS,
                  Has.OFF_MARK));
      case FREEBSD ->
          new Rules(
              "FreeBSD's inetd",
              EnumSet.of(
                  Has.QUOTES, Has.INDENTED, Has.FOUR, Has.BOTH, Has.UNIX, Has.RPC, Has.TCPMUX,
                  Has.SLASH_MAX, Has.ANY_MAX, Has.LOGIN_CLASS, Has.NO_NAME, Has.PAIRS, Has.SOCKET_OWNER));
      case NETBSD ->
          new Rules(
              "NetBSD's inetd",
              EnumSet.of(
                  Has.NUMBERS, Has.HOSTS, Has.QUOTES, Has.INDENTED, Has.FOUR, Has.BOTH, Has.UNIX, Has.RPC,
                  Has.TCPMUX, Has.BUFFERS, Has.DOT_MAX, Has.COLON_MAX, Has.DOT_GROUP,
                  Has.DEFINITIONS, Has.NO_NAME, Has.PAIRS));
      case GNU ->
          new Rules(
              "GNU inetd",
              EnumSet.of(
                  Has.NUMBERS, Has.HOSTS, Has.QUOTES, Has.FOUR, Has.BOTH_IS_FOUR, Has.SIX_ONLY, Has.TCPMUX,
                  Has.BUFFERS, Has.DOT_MAX, Has.ANY_MAX, Has.ANY_WAIT, Has.DOT_GROUP, Has.PAIRS));
      case BUSYBOX ->
          new Rules(
              "busybox inetd",
              EnumSet.of(
                  Has.NUMBERS, Has.HOSTS, Has.BACKSLASH, Has.HASH, Has.UNIX, Has.DOT_MAX, Has.DOT_GROUP,
                  Has.SEARCH, Has.WHOLE_NAME));
      case INETD, XINETD, SYSTEMD -> ALL;
    };
  }

  boolean have(Has what) {
    return has.contains(what);
  }

  /** Refuses a word unless the server has that. */
  void require(Has what, Word word) throws Rejected {
    if (!have(what)) {
      throw new Rejected(
          word.position(), "read " + Word.shown(word.text()) + ", which " + server + " does not have");
    }
  }
}
