package io.netsvc.sockets;

/**
 * The memory of a socket: SK_MEMINFO of sock_diag(7). All are bytes, unsigned, but for the drops.
 *
 * @param received taken by what waits to be read
 * @param receiveBuffer the most that it may be
 * @param sending taken by what was given to the network
 * @param sendBuffer the most that it may be
 * @param forward set aside for later
 * @param queued taken by what waits to be sent
 * @param options taken by options
 * @param backlog taken by segments that wait for the socket's lock
 * @param drops packets dropped before they reached the socket
 */
public record SocketMemory(
    long received,
    long receiveBuffer,
    long sending,
    long sendBuffer,
    long forward,
    long queued,
    long options,
    long backlog,
    long drops) {}
