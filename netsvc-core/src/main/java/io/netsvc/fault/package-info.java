/**
 * Faults of a network, for tests of what an app does about them: {@link io.netsvc.fault.Faults}
 * decorates connections, and is switched while they run. It stands above {@code
 * io.netsvc.endpoint}.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.fault;
