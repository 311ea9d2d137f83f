/**
 * The ends of a relay as URIs with options: sockets, TLS, proxies, programs, files, the standard
 * streams. It stands above {@code io.netsvc.net} and {@code io.netsvc.process}.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.endpoint;
