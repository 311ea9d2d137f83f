/** The services database: services(5) and the IANA registry; and what listens on this machine. */
@org.jspecify.annotations.NullMarked
module io.netsvc.services {
  requires io.netsvc.core;
  requires static org.jspecify;

  exports io.netsvc.services;
  exports io.netsvc.sockets;
}
