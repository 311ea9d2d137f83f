/**
 * What relays move, written to files: {@link io.netsvc.dump.TrafficDump}. It stands above {@code
 * io.netsvc.net}.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.dump;
