package io.netsvc.net;

import java.net.SocketAddress;
import java.util.function.Consumer;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A relay from its begin to its end; see {@link Flight}. */
@Name("netsvc.Relay")
@Label("Relay")
@Description("Two connections that were joined")
@Category("netsvc")
@StackTrace(false)
final class RelayEvent extends Event implements Consumer<Outcome> {
  private final transient @Nullable SocketAddress one;
  private final transient @Nullable SocketAddress other;

  @Label("First")
  @Description("The peer of the first connection")
  @Nullable String first;

  @Label("Second")
  @Description("The peer of the second connection")
  @Nullable String second;

  @Label("Forward")
  @Description("What the second connection took from the first")
  @DataAmount
  long forward;

  @Label("Backward")
  @Description("What the first connection took from the second")
  @DataAmount
  long backward;

  @Label("Cause")
  @Nullable String cause;

  @Label("Side")
  @Description("Who caused the end")
  @Nullable String side;

  @Label("Phase")
  @Nullable String phase;

  @Label("Mode")
  @Description("How bytes were moved")
  @Nullable String mode;

  private RelayEvent(@Nullable SocketAddress one, @Nullable SocketAddress other) {
    this.one = one;
    this.other = other;
  }

  static @Nullable Consumer<Outcome> begun(
      @Nullable SocketAddress one, @Nullable SocketAddress other) {
    var event = new RelayEvent(one, other);
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  @Override
  public void accept(Outcome outcome) {
    end();
    if (shouldCommit()) {
      first = Flight.text(one);
      second = Flight.text(other);
      forward = outcome.forward();
      backward = outcome.backward();
      cause = outcome.cause().toString();
      side = outcome.side().toString();
      phase = outcome.phase().toString();
      mode = outcome.mode().toString();
      commit();
    }
  }
}
