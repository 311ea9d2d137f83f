package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.ServiceSpec;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Who may have a service now. Asked in this order, cheapest and most final first: by access, by
 * hosts.allow and hosts.deny, by the time of day, by what runs, by what runs and was started for
 * the client, by load. Where waiting helps, for what runs and for the service's rate, clients wait
 * in the backlog instead of being asked here.
 */
final class Admission {
  private final Optional<SourceRules> access;
  private final Optional<String> daemon;
  private final Optional<AccessTimes> times;
  private final boolean never;
  private final boolean neverStarts;
  private final Sources sources;
  private final Optional<Integer> maxLoad;
  private final Surroundings surroundings;
  private final RefusalLog refusals;

  /**
   * What the services of a server have in common.
   *
   * @param time the time of day
   */
  record Surroundings(
      PeerNames names,
      TcpWrappers wrappers,
      LoadAverage load,
      Outlaws outlaws,
      Supplier<LocalTime> time,
      LongSupplier nanoTime) {
    static Surroundings ofTheMachine() {
      return new Surroundings(
          new PeerNames(),
          new TcpWrappers(),
          new LoadAverage(),
          new Outlaws(System::nanoTime),
          LocalTime::now,
          System::nanoTime);
    }
  }

  /**
   * Makes the rules of a service.
   *
   * @throws IllegalArgumentException if a word of theirs is wrong
   */
  Admission(ServiceSpec spec, Surroundings surroundings) {
    var onlyFrom = spec.get(Attribute.ONLY_FROM);
    var noAccess = spec.get(Attribute.NO_ACCESS);
    this.access =
        onlyFrom.isPresent() || noAccess.isPresent()
            ? Optional.of(SourceRules.of(onlyFrom, noAccess.orElse(List.of())))
            : Optional.empty();
    this.daemon = spec.get(Attribute.WRAPPERS);
    this.times = spec.get(Attribute.ACCESS_TIMES).map(AccessTimes::parse);
    this.never = spec.get(Attribute.INSTANCES).filter(most -> most == 0).isPresent();
    this.neverStarts = spec.get(Attribute.RATE).filter(rate -> rate.count() == 0).isPresent();
    this.sources =
        Sources.limited(
            spec.get(Attribute.SOURCE_RATE),
            spec.get(Attribute.PER_SOURCE),
            surroundings.nanoTime());
    this.maxLoad = spec.get(Attribute.MAX_LOAD);
    this.surroundings = surroundings;
    this.refusals = new RefusalLog(surroundings.nanoTime());
  }

  /** Returns whether asking may take DNS or files, which is not for an event loop. */
  boolean blocks() {
    return daemon.isPresent() || access.filter(SourceRules::takesNames).isPresent();
  }

  /** Returns whether everybody may have it, so that nobody needs to be asked. */
  boolean asksNobody() {
    return access.isEmpty()
        && daemon.isEmpty()
        && times.isEmpty()
        && !never
        && !neverStarts
        && sources.unlimited()
        && maxLoad.isEmpty();
  }

  /**
   * Counts a client as one that is served, until {@link #left}; or returns why it is not.
   *
   * @param local where it has connected to
   */
  Optional<Refusal> ask(SocketAddress local, SocketAddress peer) {
    var source = Sources.of(peer);
    if (surroundings.outlaws().has(source)
        || access.filter(rules -> !rules.permit(peer, surroundings.names())).isPresent()) {
      return Optional.of(Refusal.ACCESS);
    }
    if (daemon
        .filter(d -> !surroundings.wrappers().permit(d, local, peer, surroundings.names()))
        .isPresent()) {
      return Optional.of(Refusal.WRAPPERS);
    }
    if (times.filter(t -> !t.allows(surroundings.time().get())).isPresent()) {
      return Optional.of(Refusal.TIME);
    }
    if (never) {
      return Optional.of(Refusal.INSTANCES);
    }
    if (neverStarts) {
      return Optional.of(Refusal.RATE);
    }
    var over = sources.admit(source);
    if (over.isEmpty() && maxLoad.filter(surroundings.load()::isAbove).isPresent()) {
      sources.ended(source);
      return Optional.of(Refusal.LOAD);
    }
    return over;
  }

  /** Refuses a client everywhere for that long, zero for ever. */
  void outlaw(SocketAddress peer, Duration time) {
    surroundings.outlaws().add(Sources.of(peer), time);
  }

  /** What {@link #ask} let in has ended. */
  void left(SocketAddress peer) {
    sources.ended(Sources.of(peer));
  }

  /** Returns when a refusal may be logged. */
  RefusalLog log() {
    return refusals;
  }
}
