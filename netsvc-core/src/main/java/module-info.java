/** Sockets whose fds can be handed over, and the spawner that hands them to a program. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // those that it exports to are compiled after this one
module io.netsvc.core {
  requires org.slf4j;
  requires static jdk.jfr;
  requires static org.jspecify;

  exports io.netsvc.dump;
  exports io.netsvc.endpoint;
  exports io.netsvc.fault;
  exports io.netsvc.net;
  exports io.netsvc.process;
  exports io.netsvc.linux to
      io.netsvc.inetd,
      io.netsvc.services;
  exports io.netsvc.text to
      io.netsvc.inetd,
      io.netsvc.services;
}
