package io.netsvc.net;

import java.net.SocketAddress;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An attempt to connect to one address; see {@link Flight}. */
@Name("netsvc.Connect")
@Label("Connect")
@Description("An attempt to connect to one address")
@Category("netsvc")
@StackTrace(false)
final class ConnectEvent extends Event implements Flight.Recording {
  private final transient @Nullable SocketAddress target;

  @Label("Address")
  @Nullable String address;

  @Label("Attempt")
  @Description("Which one it is of all for the same target, from 1 on")
  int attempt;

  @Label("Outcome")
  @Description("connected, abandoned (for another that was faster, or by an interrupt), or why not")
  @Nullable String outcome;

  private ConnectEvent(@Nullable SocketAddress address, int attempt) {
    this.target = address;
    this.attempt = attempt;
  }

  static Flight.@Nullable Recording begun(@Nullable SocketAddress address, int attempt) {
    var event = new ConnectEvent(address, attempt);
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
      this.address = Flight.text(target);
      this.outcome = outcome;
      commit();
    }
  }
}
