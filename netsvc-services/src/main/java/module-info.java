/** The services database: services(5) and the IANA registry. */
@org.jspecify.annotations.NullMarked
module io.netsvc.services {
  requires static org.jspecify;

  exports io.netsvc.services;
}
