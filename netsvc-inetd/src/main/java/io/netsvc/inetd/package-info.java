/**
 * inetd.conf and the server that runs it.
 *
 * <p>Passing a null argument to a method of this package throws a {@link NullPointerException}.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.inetd;
