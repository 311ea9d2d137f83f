package io.netsvc.endpoint;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real program at the other end of TLS, which does not outlive its test. */
record TlsProgram(Process process, Path errors) implements AutoCloseable {

  /** Starts a program of /usr/bin; skips the test when it is missing, or fails it. */
  static TlsProgram start(String name, String... arguments) throws IOException {
    var path = Path.of("/usr/bin", name);
    boolean there = Files.isExecutable(path);
    if (!there && Boolean.getBoolean("netsvc.require")) {
      throw new AssertionError("missing program: " + path);
    }
    assumeTrue(there, "missing program: " + path);
    var command = new java.util.ArrayList<>(List.of(path.toString()));
    command.addAll(List.of(arguments));
    var errors = Files.createTempFile("netsvc", ".err");
    var process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    return new TlsProgram(process, errors);
  }

  /** Runs one to its end. */
  static void run(String name, String... arguments) throws Exception {
    try (var program = start(name, arguments)) {
      program.process.getOutputStream().close();
      program.process.getInputStream().readAllBytes();
      if (!program.process.waitFor(20, TimeUnit.SECONDS) || program.process.exitValue() != 0) {
        throw new AssertionError(List.of(arguments) + ": " + program.said());
      }
    }
  }

  void send(byte[] bytes) throws IOException {
    process.getOutputStream().write(bytes);
    process.getOutputStream().flush();
  }

  void end() throws IOException {
    process.getOutputStream().close();
  }

  byte[] receive() throws IOException {
    return process.getInputStream().readAllBytes();
  }

  byte[] receive(int size) throws IOException {
    return process.getInputStream().readNBytes(size);
  }

  String said() throws IOException {
    return Files.readString(errors);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(errors);
  }

  /** A port that was free a moment ago. */
  static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
