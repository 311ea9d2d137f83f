package io.netsvc.inetd.config;

import io.netsvc.process.Limit;

/**
 * A resource limit.
 *
 * @param soft what holds, or {@link Limit#UNLIMITED}
 * @param hard up to where a program may raise it, or {@link Limit#UNLIMITED}
 */
public record Bounds(long soft, long hard) {}
