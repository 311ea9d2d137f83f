package io.netsvc.services;

/**
 * What a reader of a services file should know about one of its lines: that it is ignored, or that
 * the C library reads it differently.
 *
 * @param line counted from 1
 * @param message one line, without the file's name or the line number
 */
public record Diagnostic(int line, String message) {}
