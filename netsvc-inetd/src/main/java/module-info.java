/** inetd.conf, and the server that runs what it says. */
@org.jspecify.annotations.NullMarked
module io.netsvc.inetd {
  requires transitive io.netsvc.core;
  requires transitive io.netsvc.services;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.netsvc.inetd;
  exports io.netsvc.inetd.config;

  uses io.netsvc.inetd.HandlerProvider;
}
