/**
 * What listens on this machine, and who holds it, as ss(8) tells; and which binds can share a port.
 *
 * <p>Unless otherwise noted, passing a null argument to a constructor or method in any class or
 * interface in this package will cause a NullPointerException to be thrown.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.sockets;
