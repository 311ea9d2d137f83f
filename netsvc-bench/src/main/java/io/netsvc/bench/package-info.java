/** Benchmarks. */
package io.netsvc.bench;
