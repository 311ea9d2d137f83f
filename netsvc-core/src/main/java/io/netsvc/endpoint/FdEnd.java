package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;

/** A connected socket that this process was started with. */
record FdEnd(int number) implements End {
  @Override
  public Connection open() throws IOException {
    return Connection.adopt(number);
  }

  @Override
  public boolean isSingle() {
    return true;
  }

  @Override
  public String toString() {
    return "fd:" + number;
  }
}
