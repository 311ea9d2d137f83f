package io.netsvc.inetd.config;

import java.util.Objects;
import java.util.Optional;

/**
 * Whom a program runs as, as it was written.
 *
 * @param user a name or number, or {@code -} for the server's own user
 * @param group the primary group instead of the user's
 * @param dotted whether it was written {@code user.group}; it may then mean a user whose name has a
 *     dot, so the whole is to be looked up first
 */
public record Account(String user, Optional<String> group, boolean dotted) {
  /** The server's own user. */
  public static final Account OWN = new Account("-", Optional.empty(), false);

  /**
   * Checks that only a group is dotted.
   *
   * @throws IllegalArgumentException if it is dotted without a group
   */
  public Account {
    Objects.requireNonNull(user, "user");
    if (dotted && group.isEmpty()) {
      throw new IllegalArgumentException("dotted without a group: " + user);
    }
  }

  /** {@return a user with its own groups} */
  public static Account of(String user) {
    return new Account(user, Optional.empty(), false);
  }

  /** {@return a user with another primary group} */
  public static Account of(String user, String group) {
    return new Account(user, Optional.of(group), false);
  }

  /** {@return this user with another primary group} */
  public Account withGroup(String other) {
    return of(user, other);
  }

  /** {@return the field as in an inetd.conf} */
  @Override
  public String toString() {
    return group.map(g -> user + (dotted ? '.' : ':') + g).orElse(user);
  }
}
