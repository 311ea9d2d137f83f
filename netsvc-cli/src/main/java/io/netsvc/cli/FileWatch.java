package io.netsvc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls back when one of some files has become another: changed in place, or replaced, as editors
 * do. Looks once a second, and calls when a file has stayed the same since the last look, so that
 * none is read half written.
 */
final class FileWatch implements AutoCloseable {
  private final Thread thread;

  private FileWatch(Thread thread) {
    this.thread = thread;
  }

  /** What tells one state of a file from another. */
  private record Seen(String key, long size, long modified) {
    static Seen of(Path file) {
      try {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Seen(
            String.valueOf(attributes.fileKey()),
            attributes.size(),
            attributes.lastModifiedTime().toMillis());
      } catch (IOException e) {
        return new Seen("", 0, 0);
      }
    }
  }

  static FileWatch of(List<Path> files, Runnable changed) {
    var thread = Thread.ofVirtual().name("netsvc-watch").unstarted(() -> watch(files, changed));
    if (!files.isEmpty()) {
      thread.start();
    }
    return new FileWatch(thread);
  }

  private static void watch(List<Path> files, Runnable changed) {
    var known = files.stream().map(Seen::of).toList();
    var last = known;
    try {
      while (true) {
        TimeUnit.SECONDS.sleep(1);
        var now = files.stream().map(Seen::of).toList();
        if (now.equals(last) && !now.equals(known)) {
          known = now;
          changed.run();
        }
        last = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
