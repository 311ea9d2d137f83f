package io.netsvc.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * The one class that installs a signal handler; the library installs none. {@code sun.misc.Signal}
 * is the JDK's only way to hear SIGHUP; it is called by name because javac warns of it in a way
 * that nothing silences.
 */
final class Signals {
  private Signals() {}

  /** Calls back at each SIGHUP; where the JDK has no such class, never. */
  static void onHangUp(Runnable action) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler run =
          (_, _, _) -> {
            action.run();
            return null;
          };
      var proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, run);
      var hangUp = signal.getConstructor(String.class).newInstance("HUP");
      signal.getMethod("handle", signal, handler).invoke(null, hangUp, proxy);
    } catch (ReflectiveOperationException e) {
      System.err.println("netsvc: SIGHUP does not reload here: " + e);
    }
  }
}
