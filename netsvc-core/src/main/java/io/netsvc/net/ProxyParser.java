package io.netsvc.net;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes a header as it comes, and tells how many bytes must still come at least. Who reads just so
 * many never reads past the header's end; so the socket is neither peeked at, which would spin while
 * the bytes trickle in, nor is there anything to give back to it. That is one or two reads for
 * version 2, and a few for version 1, which only says at its end how long it is.
 */
final class ProxyParser {
  /** The shortest headers are {@code PROXY UNKNOWN CR LF} and the 16 bytes of version 2. */
  private static final int SHORTEST = 15;

  private final String what;
  private byte[] bytes = new byte[ProxyV2.FIXED];
  private int size;
  private @Nullable ProxyHeader header;

  /**
   * Begins to parse.
   *
   * @param what is being parsed, at the begin of what is said about it
   */
  ProxyParser(String what) {
    this.what = what;
  }

  /** {@return how many bytes come next at least; 0 when the header is complete} */
  int wanted() {
    if (header != null) {
      return 0;
    }
    if (size < SHORTEST) {
      return SHORTEST - size;
    }
    return version1() ? ProxyV1.wanted(bytes, size) : ProxyV2.wanted(bytes, size);
  }

  private boolean version1() {
    return bytes[0] == 'P';
  }

  /** Takes bytes, at most as many as are wanted. */
  void add(ByteBuffer from) throws ProtocolException {
    int begin = size;
    if (from.remaining() > wanted()) {
      throw new IllegalArgumentException("more than wanted: " + from.remaining());
    }
    bytes = Arrays.copyOf(bytes, Math.max(bytes.length, size + from.remaining()));
    size += from.remaining();
    from.get(bytes, begin, size - begin);
    for (int at = begin; at < size; at++) {
      if (!(version1() ? ProxyV1.fits(bytes, at) : ProxyV2.fits(bytes, at))) {
        throw fault(at, at == 0 ? "no PROXY header" : "not as in a PROXY header");
      }
    }
    if (size >= SHORTEST && wanted() == 0) {
      header = version1() ? ProxyV1.parse(this, bytes, size) : ProxyV2.parse(this, bytes, size);
    }
  }

  /** {@return the header, which is complete} */
  ProxyHeader header() {
    if (header == null) {
      throw new IllegalStateException("incomplete");
    }
    return header;
  }

  /** {@return what to say when nothing more comes} */
  String ended() {
    return what + ": end of input after " + size + " bytes";
  }

  /** {@return the exception for what is wrong at a byte; it never repeats what came} */
  ProtocolException fault(int at, String problem) {
    return new ProtocolException(what + ": byte " + at + ": " + problem);
  }
}
