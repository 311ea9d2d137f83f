package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import io.netsvc.services.ServicesDatabase;
import java.util.HashMap;
import java.util.Map;

/** The values behind {@link InetdOptions}. */
record InetdSettings(Map<String, ConnectionHandler> handlers, ServicesDatabase services)
    implements InetdOptions {

  static InetdSettings defaults() {
    return new InetdSettings(
        Map.of(), ServicesDatabase.system().orElse(ServicesDatabase.iana()));
  }

  @Override
  public InetdOptions withHandler(String name, ConnectionHandler handler) {
    var all = new HashMap<>(handlers);
    all.put(name, handler);
    return new InetdSettings(Map.copyOf(all), services);
  }

  @Override
  public InetdOptions withServices(ServicesDatabase database) {
    return new InetdSettings(handlers, database);
  }
}
