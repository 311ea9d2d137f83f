package io.netsvc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.endpoint.ProxyClient;
import io.netsvc.endpoint.ProxyServer;
import io.netsvc.endpoint.SniRoutes;
import io.netsvc.endpoint.Tls;
import io.netsvc.endpoint.TlsSession;
import io.netsvc.net.AccessRules;
import io.netsvc.net.AddressText;
import io.netsvc.net.Connector;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.DatagramRelay;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Listener;
import io.netsvc.net.ProxyHeader;
import io.netsvc.net.Relay;
import io.netsvc.net.RelayServer;
import io.netsvc.net.Upstreams;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every public method throws a NullPointerException for each null argument, before it does anything. */
@Timeout(30)
class NullsTest {
  private static @Nullable DatagramPort samplePort;

  private static final Listener CLOSED = closed();

  private static Listener closed() {
    try (var listener = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      return listener;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyPublicMethod_givenNull_throws() throws Exception {
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var faults = new ArrayList<String>();
    var forwarding = new AtomicReference<Object>();
    try (var listener = Listener.open(any);
        var port = DatagramPort.open(any);
        var relay = DatagramRelay.serve(DatagramPort.open(any), any, o -> keep(forwarding, o));
        var client = SocketChannel.open(listener.localAddress());
        var connection = listener.accept()) {
      var listening = new AtomicReference<Object>();
      Listener.open(any, o -> keep(listening, o)).close();
      var datagrams = new AtomicReference<Object>();
      DatagramPort.open(any, o -> keep(datagrams, o)).close();
      var connecting = new AtomicReference<Object>();
      var connector = Connector.of(o -> keep(connecting, o));
      var encrypting = new AtomicReference<Object>();
      var tls = Tls.client(o -> keep(encrypting, o));
      var spawning = new AtomicReference<Object>();
      var spawner = ProcessSpawner.of(Path.of("/bin/true"), o -> keep(spawning, o));
      var process = spawner.spawn(ChildFd.devNull());
      var relaying = new AtomicReference<Object>();
      var serving = new AtomicReference<Object>();
      var upstreams = Upstreams.inTurn(connector, List.of(listener.localAddress()));
      var relayed = Listener.open(any);
      var server =
          RelayServer.serve(
              relayed, upstreams, o -> keep(serving, o.withRelay(r -> keep(relaying, r))));
      SocketChannel.open(relayed.localAddress()).close();
      listener.accept().close();
      while (relaying.get() == null) {
        Thread.onSpinWait();
      }
      samplePort = port;
      var instances =
          List.of(
              relaying.get(), serving.get(), upstreams, server, tls, encrypting.get(),
              listener, port, connection, spawner, process, listening.get(), datagrams.get(),
              connector, connecting.get(), ProxyHeader.of(any, any), spawning.get(),
              AccessRules.anyone(), new DatagramPort.Datagram(ByteBuffer.allocate(0), any), relay,
              relay.snapshot(), forwarding.get(), ProxyClient.of(ProxyClient.Kind.SOCKS5),
              ProxyServer.socks(), SniRoutes.none());
      for (var instance : instances) {
        check(instance, faults);
      }
      process.awaitExit();
      server.close();
      for (Class<?> type :
          List.of(
              AccessRules.class, AddressText.class, Listener.class, Connector.class, DatagramPort.class,
              DatagramRelay.class, Endpoint.class, ProxyHeader.class, Relay.class, RelayServer.class,
              Upstreams.class, ChildFd.class, ProcessSpawner.class, ProxyClient.class, ProxyServer.class,
              SniRoutes.class, Tls.class)) {
        checkStatic(type, faults);
      }
      for (var constructor : TlsSession.class.getConstructors()) {
        call(constructor, arguments -> constructor.newInstance(arguments), faults);
      }
      for (var constructor : DatagramPort.Datagram.class.getConstructors()) {
        call(constructor, arguments -> constructor.newInstance(arguments), faults);
      }
      assertThat(client.isOpen()).isTrue();
    }
    assertThat(faults).isEmpty();
  }

  private static <T> T keep(AtomicReference<Object> place, T value) {
    place.set(value);
    return value;
  }

  private static void check(Object instance, List<String> faults) throws Exception {
    for (var type : publicTypes(instance.getClass())) {
      for (var method : type.getMethods()) {
        if (method.getDeclaringClass() == type
            && !Modifier.isStatic(method.getModifiers())
            && !method.getName().equals("equals")) {
          call(method, arguments -> method.invoke(instance, arguments), faults);
        }
      }
    }
  }

  /** A class as its users see it: itself if it is public, and its public interfaces of ours. */
  private static List<Class<?>> publicTypes(Class<?> type) {
    var found = new ArrayList<Class<?>>();
    if (Modifier.isPublic(type.getModifiers())) {
      found.add(type);
    }
    for (var each : type.getInterfaces()) {
      if (each.getName().startsWith("io.netsvc.")) {
        found.addAll(publicTypes(each));
      }
    }
    return found;
  }

  private static void checkStatic(Class<?> type, List<String> faults) throws Exception {
    for (var method : type.getMethods()) {
      if (Modifier.isStatic(method.getModifiers())) {
        call(method, arguments -> method.invoke(null, arguments), faults);
      }
    }
  }

  private interface Call {
    Object with(Object[] arguments) throws Exception;
  }

  /** Calls with null for each reference parameter in turn. */
  private static void call(Executable executable, Call call, List<String> faults) throws Exception {
    var types = executable.getParameterTypes();
    for (int at = 0; at < types.length; at++) {
      if (types[at].isPrimitive()) {
        continue;
      }
      var arguments = new Object[types.length];
      for (int i = 0; i < types.length; i++) {
        arguments[i] = i == at ? null : sample(types[i], executable);
      }
      try {
        call.with(arguments);
        faults.add("accepted null " + at + ": " + executable);
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof NullPointerException)) {
          faults.add(e.getCause() + " for null " + at + ": " + executable);
        }
      }
    }
  }

  private static Object sample(Class<?> type, Executable of) {
    if (type == int.class || type == long.class) {
      return type == int.class ? (Object) 1 : (Object) 1L;
    }
    if (type == boolean.class) {
      return true;
    }
    if (type == String.class) {
      return "1";
    }
    if (type == Path.class) {
      return Path.of("/bin/true");
    }
    if (type == List.class) {
      return List.of("x");
    }
    if (type == Map.class) {
      return Map.of();
    }
    if (type == Duration.class) {
      return Duration.ZERO;
    }
    if (type == TimeUnit.class) {
      return TimeUnit.NANOSECONDS;
    }
    if (type == SocketAddress.class) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
    if (type == Endpoint.class) {
      return Endpoint.parse("127.0.0.1:0");
    }
    if (type == Connector.class) {
      return Connector.of(o -> o);
    }
    if (type == Listener.class) {
      return CLOSED;
    }
    if (type == InetAddress.class) {
      return InetAddress.getLoopbackAddress();
    }
    if (type == AccessRules.class) {
      return AccessRules.anyone();
    }
    if (type == ByteBuffer.class) {
      return ByteBuffer.allocate(0);
    }
    if (type == DatagramPort.class) {
      return Objects.requireNonNull(samplePort);
    }
    if (type == Optional.class) {
      return Optional.empty();
    }
    if (type == UnaryOperator.class) {
      return UnaryOperator.identity();
    }
    if (type == ChildFd.class) {
      return ChildFd.devNull();
    }
    if (type == byte[].class) {
      return new byte[0];
    }
    if (type == ChildFd[].class) {
      return new ChildFd[0];
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    if (type.isInterface() && !type.isSealed()) {
      return Proxy.newProxyInstance(
          type.getClassLoader(), new Class<?>[] {type}, (_, _, _) -> null);
    }
    throw new AssertionError("no sample of " + type + " for " + of);
  }
}
