/**
 * What services a machine is to have: {@link io.netsvc.inetd.config.InetdConfig} reads it from the
 * files of every dialect, or is built in Java, as {@link io.netsvc.inetd.config.ServiceSpec}s.
 *
 * <p>Passing a null argument to a method of this package throws a {@link NullPointerException}.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.inetd.config;
