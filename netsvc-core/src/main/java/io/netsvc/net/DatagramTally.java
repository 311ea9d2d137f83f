package io.netsvc.net;

import io.netsvc.net.DatagramRelay.Drop;
import io.netsvc.net.DatagramRelay.Traffic;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What went through a relay one way, and what did not; counted by one thread, read by any. */
final class DatagramTally {
  private final LongAdder datagrams = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final Map<Drop, LongAdder> dropped = new EnumMap<>(Drop.class);

  DatagramTally() {
    for (var reason : Drop.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  void sent(int count, long length) {
    datagrams.add(count);
    bytes.add(length);
  }

  void dropped(Drop reason, int count) {
    var counter = dropped.get(reason);
    if (counter != null) {
      counter.add(count);
    }
  }

  Traffic traffic() {
    return new Traffic(datagrams.sum(), bytes.sum());
  }

  /** Adds this way's to a sum of both. */
  void addTo(Map<Drop, Long> sum) {
    dropped.forEach((reason, count) -> sum.merge(reason, count.sum(), Long::sum));
  }
}
