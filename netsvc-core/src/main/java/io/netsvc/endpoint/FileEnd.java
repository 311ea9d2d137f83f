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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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
  public Connection open() throws IOException, InterruptedException {
    var opening = FileConnection.THREADS.submit(this::connection);
    try {
      return opening.get();
    } catch (InterruptedException e) {
      giveUp(opening);
      throw e;
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private Connection connection() throws IOException {
    var in = reads ? FileChannel.open(path) : null;
    try {
      return new FileConnection(name, in, output(), false);
    } catch (IOException e) {
      if (in != null) {
        in.close();
      }
      throw e;
    }
  }

  private @Nullable FileChannel output() throws IOException {
    return writing.isEmpty() ? null : FileChannel.open(path, writing);
  }

  /**
   * Nothing interrupts an open(2), but it returns once the fifo is open for the other side: for both
   * it opens at once (fifo(7)).
   */
  private void giveUp(Future<Connection> opening) {
    try (var _ = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      opening.get().close();
    } catch (IOException | InterruptedException | ExecutionException e) {
      // It could not be opened, or the process at the other side has come and gone.
    }
  }

  private IOException failure(@Nullable Throwable cause) {
    return switch (cause) {
      case NoSuchFileException _ -> new NoSuchFileException(name + ": no such file");
      case FileAlreadyExistsException _ -> new FileAlreadyExistsException(name + ": exists already");
      case IOException e -> new IOException(name + ": " + e.getMessage(), e);
      case null, default -> new IOException(name + ": " + cause, cause);
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
