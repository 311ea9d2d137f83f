package io.netsvc.inetd.config;

/**
 * A place in a configuration file.
 *
 * @param line the line, from 1
 * @param column the column in characters, from 1
 */
public record Position(int line, int column) {}
