/** Texts for people. Internal; exported to siblings only. */
@org.jspecify.annotations.NullMarked
package io.netsvc.text;
