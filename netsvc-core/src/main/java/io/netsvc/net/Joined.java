package io.netsvc.net;

/**
 * Two sockets on one loop, which the pair owns from now on, and what moves bytes between them.
 *
 * @param forward from the first to the second
 * @param backward from the second to the first
 */
record Joined(
    RelayLoop loop, RelaySocket first, RelaySocket second, Mover forward, Mover backward) {}
