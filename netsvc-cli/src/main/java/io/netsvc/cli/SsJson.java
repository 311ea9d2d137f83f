package io.netsvc.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netsvc.net.AddressText;
import io.netsvc.services.ServicesDatabase;
import io.netsvc.sockets.Holder;
import io.netsvc.sockets.Holders;
import io.netsvc.sockets.InetEntry;
import io.netsvc.sockets.SocketEntry;
import io.netsvc.sockets.UnixEntry;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Sockets as JSON: an array, one socket in each line. */
final class SsJson {
  private static final JsonMapper JSON = new JsonMapper();

  private SsJson() {}

  static void print(
      List<SocketEntry> sockets, Optional<Holders> holders, ServicesDatabase services, PrintWriter out) {
    out.println('[');
    for (int i = 0; i < sockets.size(); i++) {
      var node = node(sockets.get(i), holders, services);
      out.println(node + (i + 1 < sockets.size() ? "," : ""));
    }
    out.println(']');
  }

  private static ObjectNode node(
      SocketEntry socket, Optional<Holders> holders, ServicesDatabase services) {
    var node = JSON.createObjectNode();
    node.put("protocol", socket.protocol().netid());
    node.put("state", socket.state().filterName());
    switch (socket) {
      case InetEntry inet -> put(node, inet, services);
      case UnixEntry unix -> put(node, unix);
    }
    node.put("receiveQueue", socket.receiveQueue());
    node.put("sendQueue", socket.sendQueue());
    node.put("uid", Integer.toUnsignedLong(socket.uid()));
    node.put("inode", socket.inode());
    node.put("cookie", Long.toUnsignedString(socket.cookie()));
    holders.ifPresent(
        h -> {
          node.put("held", h.visibility(socket).name().toLowerCase(Locale.ROOT).replace('_', ' '));
          put(node.putArray("holders"), h.of(socket));
        });
    return node;
  }

  private static void put(ObjectNode node, InetEntry socket, ServicesDatabase services) {
    node.put("family", socket.family() == StandardProtocolFamily.INET ? "ipv4" : "ipv6");
    put(node.putObject("local"), socket.local());
    put(node.putObject("peer"), socket.remote());
    if (!socket.device().isEmpty()) {
      node.put("device", socket.device());
    }
    socket.v6Only().ifPresent(v6Only -> node.put("v6only", v6Only));
    socket.service(services).ifPresent(service -> node.put("service", service.name()));
    socket
        .timer()
        .ifPresent(
            timer ->
                node.putObject("timer")
                    .put("kind", timer.kind().name().toLowerCase(Locale.ROOT))
                    .put("expiresMillis", timer.expires().toMillis())
                    .put("retransmits", timer.retransmits()));
    socket
        .memory()
        .ifPresent(memory -> node.set("memory", JSON.valueToTree(memory)));
    socket.mark().ifPresent(mark -> node.put("mark", mark));
    socket.cgroupId().ifPresent(id -> node.put("cgroup", id));
    var options = node.putArray("options");
    socket.options().forEach(options::add);
  }

  private static void put(ObjectNode node, InetSocketAddress address) {
    node.put("address", AddressText.of(address.getAddress())).put("port", address.getPort());
  }

  private static void put(ObjectNode node, UnixEntry socket) {
    node.put("name", socket.name()).put("peerInode", socket.peer());
    socket.file().ifPresent(file -> node.put("fileInode", file));
  }

  private static void put(ArrayNode array, List<Holder> holders) {
    for (var holder : holders) {
      var node = array.addObject();
      node.put("pid", holder.pid());
      holder.thread().ifPresent(thread -> node.put("thread", thread));
      node.put("name", holder.name()).put("user", holder.user());
      var commandLine = node.putArray("commandLine");
      holder.commandLine().forEach(commandLine::add);
      var fds = node.putArray("fds");
      holder.fds().forEach(fds::add);
      holder.unit().ifPresent(unit -> node.put("unit", unit));
    }
  }
}
