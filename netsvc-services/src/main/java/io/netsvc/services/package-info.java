/**
 * The services database of services(5): names, ports, protocols, aliases.
 *
 * <p>Passing a null argument to a method of this package throws a {@link NullPointerException}.
 */
@org.jspecify.annotations.NullMarked
package io.netsvc.services;
