package io.netsvc.endpoint;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** Why a proxy does not connect somebody, with the replies that say so. */
enum Failure {
  GENERAL(1, "502 Bad Gateway", "not connected"),
  NOT_ALLOWED(2, "403 Forbidden", "not allowed"),
  UNREACHABLE(4, "502 Bad Gateway", "unreachable"),
  REFUSED(5, "502 Bad Gateway", "refused"),
  TIMED_OUT(6, "504 Gateway Timeout", "timed out"),
  COMMAND(7, "405 Method Not Allowed", "asks for something else than to connect"),
  ADDRESS_TYPE(8, "400 Bad Request", "unknown address type"),
  MALFORMED(1, "400 Bad Request", "malformed request"),
  TOO_LONG(1, "431 Request Header Fields Too Large", "request longer than 16 KiB"),
  LOGIN(2, "407 Proxy Authentication Required", "wrong or no user and password");

  /** RFC 1928 section 6. */
  private final int socks5;

  /** RFC 9110 section 15. */
  private final String http;

  private final String text;

  Failure(int socks5, String http, String text) {
    this.socks5 = socks5;
    this.http = http;
    this.text = text;
  }

  /** {@return what a failure to connect is} */
  static Failure of(IOException cause) {
    return switch (cause) {
      case SocketTimeoutException _ -> TIMED_OUT;
      case UnknownHostException _ -> UNREACHABLE;
      case NoRouteToHostException _ -> UNREACHABLE;
      case ConnectException _ -> REFUSED;
      default -> GENERAL;
    };
  }

  int socks5() {
    return socks5;
  }

  String http() {
    return http;
  }

  @Override
  public String toString() {
    return text;
  }
}
