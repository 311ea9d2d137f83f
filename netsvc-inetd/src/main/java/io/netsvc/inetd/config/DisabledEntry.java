package io.netsvc.inetd.config;

/**
 * An entry that Debian's update-inetd(8) has turned off by the mark {@code #<off>#}; for inetd it is
 * a comment.
 *
 * @param position where the entry's own text begins, after the mark
 * @param section the label of the last {@code #:LABEL:} line above it, empty if there is none
 * @param text the line without the mark, as it was written
 */
public record DisabledEntry(Position position, String section, String text) {}
