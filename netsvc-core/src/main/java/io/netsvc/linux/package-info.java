/** The native floor: system calls through {@code java.lang.foreign}. Internal; exported to siblings only. */
@org.jspecify.annotations.NullMarked
package io.netsvc.linux;
