/** Programs started on exactly the fds, identity and limits that the caller says. A null argument throws a {@link NullPointerException}. */
@org.jspecify.annotations.NullMarked
package io.netsvc.process;
