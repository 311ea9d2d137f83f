package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file or a fifo, which is read from its beginning, and written. */
final class FileEnd implements End {
  private final String name;
  private final Path path;
  private final boolean reads;
  private final Set<? extends OpenOption> writing;

  /**
   * A file's end.
   *
   * @param reads whether it is read; else its input has ended at once
   * @param writing how it is opened for what comes; empty for output that goes nowhere
   */
  private FileEnd(String name, Path path, boolean reads, Set<? extends OpenOption> writing) {
    this.name = name;
    this.path = path;
    this.reads = reads;
    this.writing = Set.copyOf(writing);
  }

  /** A file: read from its beginning, unless it is written. */
  static End file(String uri, String place, EndOptions options) {
    boolean append = options.flag("append", false);
    boolean writes = options.flag("write", false) || append;
    Set<OpenOption> writing =
        !writes
            ? Set.of()
            : Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    return new FileEnd(uri, path(place, options), !writes, writing);
  }

  /** A fifo: read, unless it is written. */
  static End fifo(String uri, String place, EndOptions options) {
    boolean writes = options.flag("write", false);
    return new FileEnd(
        uri, path(place, options), !writes, writes ? Set.of(StandardOpenOption.WRITE) : Set.of());
  }

  private static Path path(String place, EndOptions options) {
    var path = place.startsWith("///") ? place.substring(2) : place;
    try {
      if (path.isEmpty() || path.startsWith("//")) {
        throw options.wrong("path", place, "expected a path");
      }
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw options.wrong("path", place, e.getReason());
    }
  }

  /** A fifo waits here for the process at its other side. */
  @Override
  public Connection open() throws IOException {
    FileChannel in = null;
    try {
      in = reads ? FileChannel.open(path) : null;
      return new FileConnection(name, in, output(), false);
    } catch (IOException e) {
      if (in != null) {
        in.close();
      }
      throw e instanceof NoSuchFileException
          ? new NoSuchFileException(name + ": no such file")
          : e instanceof FileAlreadyExistsException
              ? new FileAlreadyExistsException(name + ": exists already")
              : new IOException(name + ": " + e.getMessage(), e);
    }
  }

  private @Nullable FileChannel output() throws IOException {
    return writing.isEmpty() ? null : FileChannel.open(path, writing);
  }

  @Override
  public String toString() {
    return name;
  }
}
