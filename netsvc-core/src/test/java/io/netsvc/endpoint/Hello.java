package io.netsvc.endpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;

/** First messages of the JDK's TLS clients. */
final class Hello {
  private Hello() {}

  /** A record with a ClientHello that asks for a name, or for none if that is empty. */
  static byte[] to(String name) throws Exception {
    var engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    if (!name.isEmpty()) {
      var parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      engine.setSSLParameters(parameters);
    }
    var record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    return Arrays.copyOf(record.array(), record.position());
  }

  /** The same message in records of at most so many bytes of it. */
  static byte[] fragmented(byte[] record, int size) {
    var all = new ByteArrayOutputStream();
    for (int at = 5; at < record.length; at += size) {
      int length = Math.min(size, record.length - at);
      all.write(record, 0, 3);
      all.write(length >> 8);
      all.write(length);
      all.write(record, at, length);
    }
    return all.toByteArray();
  }
}
