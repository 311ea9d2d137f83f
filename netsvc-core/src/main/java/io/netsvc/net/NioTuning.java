package io.netsvc.net;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link Tuning} as the JDK's channels can have it.
 *
 * @param settings in the order in which they are set
 */
record NioTuning(List<Setting<?>> settings) {

  /** What the channels of a family have; all of the same family have the same. */
  private static final ConcurrentHashMap<ProtocolFamily, Set<SocketOption<?>>> SUPPORTED =
      new ConcurrentHashMap<>();

  /** An option and its value. */
  record Setting<T>(SocketOption<T> option, T value) {
    static <T> Setting<T> of(SocketOption<T> option, Object value) {
      return new Setting<>(
          option,
          option.type().cast(option.type() == Boolean.class ? (Object) !value.equals(0) : value));
    }

    void set(NetworkChannel channel) throws IOException {
      channel.setOption(option, value);
    }
  }

  /**
   * Returns what there is to set on a channel that connects.
   *
   * @throws UnsupportedOperationException if the JDK lacks one of them
   */
  static NioTuning connecting(Tuning tuning, ProtocolFamily family) throws IOException {
    var settings = new ArrayList<Setting<?>>();
    for (var setting : tuning.on(family != StandardProtocolFamily.UNIX).entrySet()) {
      var tunable = setting.getKey();
      var option = named(tunable.option(), supported(family));
      if (option.isPresent()) {
        settings.add(Setting.of(option.get(), setting.getValue()));
      } else if (tuning.has(tunable)) {
        throw Transports.onlyLinux(tunable.option());
      }
    }
    return new NioTuning(List.copyOf(settings));
  }

  /**
   * Tunes a channel that will listen, and returns what there is to set on those that it accepts: they
   * inherit the receive buffer, which counts from the handshake on, and nothing else by contract.
   */
  static NioTuning listening(Tuning tuning, ProtocolFamily family, ServerSocketChannel channel)
      throws IOException {
    var all = connecting(tuning, family).settings();
    var left = new ArrayList<Setting<?>>();
    for (var setting : all) {
      if (setting.option().name().equals(Tunable.RECEIVE_BUFFER.option())) {
        setting.set(channel);
      } else {
        left.add(setting);
      }
    }
    return new NioTuning(List.copyOf(left));
  }

  void apply(NetworkChannel channel) throws IOException {
    for (var setting : settings) {
      setting.set(channel);
    }
  }

  /** By name, because those of the module jdk.net may be missing. */
  private static Optional<SocketOption<?>> named(String name, Set<SocketOption<?>> options) {
    for (var option : options) {
      if (option.name().equals(name)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  private static Set<SocketOption<?>> supported(ProtocolFamily family) throws IOException {
    var known = SUPPORTED.get(family);
    if (known != null) {
      return known;
    }
    try (var channel = SocketChannel.open(family)) {
      var options = channel.supportedOptions();
      SUPPORTED.put(family, options);
      return options;
    }
  }
}
