/** The netsvc command. */
@org.jspecify.annotations.NullMarked
package io.netsvc.cli;
