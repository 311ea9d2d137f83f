package io.netsvc.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The one class that installs signal handlers, and takes them back when closed; the library
 * installs none. {@code sun.misc.Signal} is the JDK's only way to hear a signal; it is called by
 * name because javac warns of it in a way that nothing silences.
 */
final class Signals implements AutoCloseable {
  private final Deque<Runnable> restores = new ArrayDeque<>();

  /**
   * Calls back at each signal of that name, such as {@code HUP}, on a thread of the JVM's, and
   * returns true; false where the JVM does not let us hear it ({@code -Xrs}, another JDK). A signal
   * that was ignored when the JVM started stays so: see nohup(1).
   */
  boolean on(String name, Runnable action) {
    try {
      var handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler run =
          (_, _, _) -> {
            action.run();
            return null;
          };
      var before =
          handle(name, Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, run));
      restores.push(
          () -> {
            try {
              handle(name, before);
            } catch (ReflectiveOperationException e) {
              throw new IllegalStateException("cannot restore SIG" + name, e);
            }
          });
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

  /** Sets the handler of a signal and returns the one before. */
  private static Object handle(String name, Object handler) throws ReflectiveOperationException {
    var signal = Class.forName("sun.misc.Signal");
    var wanted = signal.getConstructor(String.class).newInstance(name);
    return signal
        .getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
        .invoke(null, wanted, handler);
  }

  /** Restores what was before. */
  @Override
  public void close() {
    restores.forEach(Runnable::run);
    restores.clear();
  }
}
