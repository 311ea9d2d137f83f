package io.netsvc.cli;

import io.netsvc.endpoint.Ends;
import io.netsvc.net.Connection;
import io.netsvc.net.Endpoint;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.Listener;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** nc as a server: of one client, of one after the other, or of many where a program serves them. */
final class NcListening {
  private final NcOptions options;
  private final NcUse use;
  private final NcReport report;

  NcListening(NcOptions options, NcUse use, NcReport report) {
    this.options = options;
    this.use = use;
    this.report = report;
  }

  /** Listens until it has served what it should; with {@code -k} until it is ended. */
  void run() throws IOException, InterruptedException {
    if (options.udp()) {
      datagrams();
      return;
    }
    if (options.keeps()) {
      many();
      return;
    }
    Connection only;
    try (var listener = listen()) {
      only = listener.accept();
    } // whoever comes now is refused, and does not wait for nothing
    serve(only);
  }

  private void many() throws IOException, InterruptedException {
    try (var listener = listen()) {
      if (use.isShared()) {
        listener.serve(this::serve);
        new CountDownLatch(1).await();
      }
      while (true) {
        var accepted = listener.accept();
        try {
          serve(accepted);
        } catch (IOException e) {
          report.failed(e); // of one client
        }
      }
    }
  }

  private Listener listen() throws IOException {
    var listener = Listener.open(place(), this::listening);
    for (var address : listener.localAddresses()) {
      report.listening(address);
    }
    if (options.tls() != null) {
      options.tls().fingerprint().ifPresent(report::certificate);
    }
    return listener;
  }

  private void serve(Connection accepted) throws IOException, InterruptedException {
    report.received(accepted.remoteAddress());
    var tls = options.tls();
    use.run(tls == null ? accepted : report.secured(tls.accept(accepted)));
  }

  private void datagrams() throws IOException, InterruptedException {
    var address = address();
    do {
      try (var end = Ends.of("udp-listen://" + Endpoints.text(address) + options.socket().query())) {
        report.listening(address);
        serve(end.open());
      }
    } while (options.keeps());
  }

  private Endpoint place() throws IOException {
    return options.path() == null ? address() : Endpoint.parse("unix:" + options.path());
  }

  private Endpoint address() throws IOException {
    int port = options.ports().getFirst();
    boolean all = options.host().isEmpty() && options.family() == 0;
    return Endpoint.parse(all ? "*:" + port : Endpoints.text(options.addresses(port).getFirst()));
  }

  private ListenOptions listening(ListenOptions o) {
    return options
        .socket()
        .tune(o)
        .withAccess(options.access())
        .withMaxConnections(options.most());
  }
}
