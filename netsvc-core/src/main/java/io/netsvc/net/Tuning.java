package io.netsvc.net;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a socket is told before it is bound or connected; immutable.
 *
 * @param values an Integer or a String each; what is a yes or no is 1 or 0
 */
record Tuning(Map<Tunable, Object> values) {
  static final Tuning DEFAULTS = new Tuning(Map.of()).with(Tunable.NO_DELAY, true);

  Tuning with(Tunable tunable, Object value) {
    var changed = copy();
    changed.put(tunable, value instanceof Boolean yes ? (Object) (yes ? 1 : 0) : value);
    return new Tuning(Collections.unmodifiableMap(changed));
  }

  Tuning without(Tunable tunable) {
    var changed = copy();
    changed.remove(tunable);
    return new Tuning(Collections.unmodifiableMap(changed));
  }

  private EnumMap<Tunable, Object> copy() {
    var copy = new EnumMap<Tunable, Object>(Tunable.class);
    copy.putAll(values);
    return copy;
  }

  /** {@return whether it is set, and not to no} */
  boolean has(Tunable tunable) {
    var value = values.get(tunable);
    return value != null && !value.equals(0);
  }

  /** {@return what there is to set on a socket of the family; in a fixed order} */
  Map<Tunable, Object> on(boolean internet) {
    var settings = copy();
    settings.keySet().removeIf(tunable -> tunable.internetOnly() && !internet);
    return settings;
  }
}
