package io.netsvc.inetd;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Clients that tests talk to services with. */
final class Clients {
  private static final int TIMEOUT_MILLIS = 20_000;

  private Clients() {}

  static Socket connect(int port) throws Exception {
    var client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(TIMEOUT_MILLIS);
    return client;
  }

  /** Sends a text with a FIN and returns all that comes back. */
  static String ask(int port, String request) throws Exception {
    try (var client = connect(port)) {
      return ask(client, request);
    }
  }

  /** Sends a text with a FIN, for {@link #answer} to be read later. */
  static Socket begin(int port, String request) throws Exception {
    var client = connect(port);
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    client.shutdownOutput();
    return client;
  }

  /** Returns all that comes, and closes the client. */
  static String answer(Socket client) throws Exception {
    try (client) {
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  static String ask(Socket client, String request) throws Exception {
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    client.shutdownOutput();
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** Returns whether a connection is refused. */
  static boolean refuses(int port) throws Exception {
    try (var _ = connect(port)) {
      return false;
    } catch (java.net.ConnectException _) {
      return true;
    }
  }

  static byte[] askUdp(int port) throws Exception {
    try (var client = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      client.setSoTimeout(TIMEOUT_MILLIS);
      var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      client.send(new DatagramPacket("hello".getBytes(StandardCharsets.US_ASCII), 5, server));
      var answer = new DatagramPacket(new byte[65_535], 65_535);
      client.receive(answer);
      return Arrays.copyOf(answer.getData(), answer.getLength());
    }
  }
}
