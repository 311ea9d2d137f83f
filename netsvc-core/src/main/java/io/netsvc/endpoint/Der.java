package io.netsvc.endpoint;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/** As much of the distinguished encoding rules of ASN.1 (X.690) as a certificate needs. */
final class Der {
  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int NULL = 0x05;
  static final int OID = 0x06;
  static final int UTF8 = 0x0c;
  static final int TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  /** One element with these contents, one after the other. */
  static byte[] of(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] each : contents) {
      length += each.length;
    }
    var out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      byte[] bytes = unsigned(length);
      out.write(0x80 | bytes.length);
      out.writeBytes(bytes);
    }
    for (byte[] each : contents) {
      out.writeBytes(each);
    }
    return out.toByteArray();
  }

  private static byte[] unsigned(int value) {
    byte[] bytes = BigInteger.valueOf(value).toByteArray();
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }

  static byte[] sequence(byte[]... contents) {
    return of(SEQUENCE, contents);
  }

  static byte[] integer(BigInteger value) {
    return of(INTEGER, value.toByteArray());
  }

  /** An object identifier such as {@code 2.5.29.17}. */
  static byte[] oid(String dotted) {
    var parts = dotted.split("\\.", -1);
    var out = new ByteArrayOutputStream();
    out.write(Integer.parseInt(parts[0]) * 40 + Integer.parseInt(parts[1]));
    for (int i = 2; i < parts.length; i++) {
      int value = Integer.parseInt(parts[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (value >>> shift != 0) {
          out.write(((value >>> shift) & 0x7f) | 0x80);
        }
      }
      out.write(value & 0x7f);
    }
    return of(OID, out.toByteArray());
  }

  static byte[] bits(byte[] bytes) {
    return of(BIT_STRING, new byte[] {0}, bytes);
  }

  static byte[] utf8(String text) {
    return of(UTF8, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A time to the second: UTCTime until 2049, as RFC 5280 section 4.1.2.5 wants. */
  static byte[] time(Instant at) {
    var text = SECONDS.format(at);
    return text.compareTo("2050") < 0
        ? of(0x17, text.substring(2).getBytes(StandardCharsets.US_ASCII))
        : of(TIME, text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Takes the element that begins here, with its tag and length.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ByteBuffer next(ByteBuffer from) {
    int start = from.position();
    var contents = contents(from);
    return from.slice(start, contents.limit() - start);
  }

  /** Takes the element that begins here, and returns its contents at their place in the buffer. */
  static ByteBuffer contents(ByteBuffer from) {
    if (from.remaining() < 2) {
      throw new IllegalArgumentException("no ASN.1");
    }
    int length = from.get(from.position() + 1) & 0xff;
    int header = 2;
    if (length > 0x80) {
      int count = length - 0x80;
      length = 0;
      for (; count > 0 && header < Math.min(6, from.remaining()); count--) {
        length = (length << 8) | (from.get(from.position() + header++) & 0xff);
      }
    }
    if (length < 0 || length > from.remaining() - header) {
      throw new IllegalArgumentException("cut ASN.1");
    }
    var contents = from.duplicate();
    contents.position(from.position() + header).limit(from.position() + header + length);
    from.position(contents.limit());
    return contents;
  }
}
