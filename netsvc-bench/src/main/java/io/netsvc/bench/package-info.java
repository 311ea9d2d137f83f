/** Benchmarks: netsvc side by side with its peers. */
@org.jspecify.annotations.NullMarked
package io.netsvc.bench;
