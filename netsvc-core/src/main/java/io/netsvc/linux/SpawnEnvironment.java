package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The environment of every start, over which the variables of one start go. Immutable. */
final class SpawnEnvironment {
  private final List<Variable> variables;

  private record Variable(String name, long address) {}

  /** Copies variables {@code name=value} to the arena, which has to live as long as this. */
  SpawnEnvironment(List<String> variables, Arena arena) {
    this.variables =
        variables.stream().map(v -> new Variable(name(v), arena.allocateFrom(v).address())).toList();
  }

  private static String name(String variable) {
    return variable.substring(0, variable.indexOf('='));
  }

  /** Returns where the variables are. */
  List<Long> addresses() {
    return variables.stream().map(Variable::address).toList();
  }

  /**
   * Returns where those of one start are, followed by all others: programs differ in which of two
   * with one name they take.
   */
  List<Long> with(List<String> ofOneStart, Arena once) {
    var names = new HashSet<String>();
    var all = new ArrayList<Long>();
    for (var variable : ofOneStart) {
      names.add(name(variable));
      all.add(once.allocateFrom(variable).address());
    }
    for (var variable : variables) {
      if (!names.contains(variable.name())) {
        all.add(variable.address());
      }
    }
    return all;
  }
}
