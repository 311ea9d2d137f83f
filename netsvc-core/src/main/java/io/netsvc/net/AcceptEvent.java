package io.netsvc.net;

import java.net.SocketAddress;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A connection that a listener accepted, or could not; see {@link Flight}. */
@Name("netsvc.Accept")
@Label("Accept")
@Description("A connection that a listener accepted, denied or could not accept")
@Category("netsvc")
@StackTrace(false)
final class AcceptEvent extends Event implements Flight.Recording {
  private final transient @Nullable SocketAddress address;

  @Label("Listener")
  @Nullable String listener;

  @Label("Peer")
  @Nullable String peer;

  @Label("Outcome")
  @Description("accepted, denied, or why not")
  @Nullable String outcome;

  private AcceptEvent(@Nullable SocketAddress listener) {
    this.address = listener;
  }

  static Flight.@Nullable Recording begun(@Nullable SocketAddress listener) {
    var event = new AcceptEvent(listener);
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  @Override
  public void ended(@Nullable SocketAddress peer, String outcome) {
    end();
    if (shouldCommit()) {
      this.listener = Flight.text(address);
      this.peer = Flight.text(peer);
      this.outcome = outcome;
      commit();
    }
  }
}
