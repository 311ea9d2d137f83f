package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import io.netsvc.services.ServicesDatabase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The values behind {@link InetdOptions}. */
record InetdSettings(
    Map<String, ConnectionHandler> handlers,
    ServicesDatabase services,
    boolean strict,
    Duration killDelay)
    implements InetdOptions {

  static InetdSettings defaults() {
    return new InetdSettings(
        Map.of(),
        ServicesDatabase.system().orElse(ServicesDatabase.iana()),
        false,
        Duration.ofSeconds(5));
  }

  @Override
  public InetdOptions withHandler(String name, ConnectionHandler handler) {
    var all = new HashMap<>(handlers);
    all.put(name, handler);
    return new InetdSettings(Map.copyOf(all), services, strict, killDelay);
  }

  @Override
  public InetdOptions withServices(ServicesDatabase database) {
    return new InetdSettings(handlers, database, strict, killDelay);
  }

  @Override
  public InetdOptions withStrict(boolean allOrNothing) {
    return new InetdSettings(handlers, services, allOrNothing, killDelay);
  }

  @Override
  public InetdOptions withKillDelay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("kill delay is negative: " + delay);
    }
    return new InetdSettings(handlers, services, strict, delay);
  }
}
