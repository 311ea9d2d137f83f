package io.netsvc.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * The one class that installs a signal handler; the library installs none. {@code sun.misc.Signal}
 * is the JDK's only way to hear a signal; it is called by name because javac warns of it in a way
 * that nothing silences.
 */
final class Signals {
  private Signals() {}

  /**
   * Calls back at each signal of that name, such as {@code HUP}, on a thread of the JVM's, and
   * returns true; false where the JVM does not let us hear it ({@code -Xrs}, another JDK). A signal
   * that was ignored when the JVM started stays so: see nohup(1).
   */
  static boolean on(String name, Runnable action) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler run =
          (_, _, _) -> {
            action.run();
            return null;
          };
      var proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, run);
      var wanted = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, wanted, proxy);
      return true;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException) {
        return false;
      }
      throw new IllegalStateException("cannot hear SIG" + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
