/** Listeners, connections and datagram ports. A null argument throws a {@link NullPointerException}. */
@org.jspecify.annotations.NullMarked
package io.netsvc.net;
