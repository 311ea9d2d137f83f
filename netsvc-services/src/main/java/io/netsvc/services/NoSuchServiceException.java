package io.netsvc.services;

import java.util.List;

/** Thrown when a name or number denotes no port; its message is one line and names the suggestions. */
public final class NoSuchServiceException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String[] suggestions;

  NoSuchServiceException(String message, List<String> suggestions) {
    super(
        suggestions.isEmpty()
            ? message
            : message + "; did you mean " + String.join(", ", suggestions) + "?");
    this.suggestions = suggestions.toArray(new String[0]);
  }

  /** {@return at most three known names near the one asked for, nearest first; may be empty} */
  public List<String> suggestions() {
    return List.of(suggestions);
  }
}
