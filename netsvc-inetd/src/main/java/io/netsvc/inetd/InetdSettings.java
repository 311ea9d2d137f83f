package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import io.netsvc.net.PassedSocket;
import io.netsvc.services.ServicesDatabase;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values behind {@link InetdOptions}. */
record InetdSettings(
    Map<String, ConnectionHandler> handlers,
    ServicesDatabase services,
    boolean strict,
    Duration killDelay,
    List<PassedSocket> sockets)
    implements InetdOptions {

  static InetdSettings defaults() {
    return new InetdSettings(
        Map.of(),
        ServicesDatabase.system().orElse(ServicesDatabase.iana()),
        false,
        Duration.ofSeconds(5),
        List.of());
  }

  @Override
  public InetdOptions withHandler(String name, ConnectionHandler handler) {
    var all = new HashMap<>(handlers);
    all.put(name, handler);
    return new InetdSettings(Map.copyOf(all), services, strict, killDelay, sockets);
  }

  @Override
  public InetdOptions withServices(ServicesDatabase database) {
    return new InetdSettings(handlers, database, strict, killDelay, sockets);
  }

  @Override
  public InetdOptions withStrict(boolean allOrNothing) {
    return new InetdSettings(handlers, services, allOrNothing, killDelay, sockets);
  }

  @Override
  public InetdOptions withSockets(List<PassedSocket> passed) {
    return new InetdSettings(handlers, services, strict, killDelay, List.copyOf(passed));
  }

  @Override
  public InetdOptions withKillDelay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("kill delay is negative: " + delay);
    }
    return new InetdSettings(handlers, services, strict, delay, sockets);
  }
}
