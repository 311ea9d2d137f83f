package io.netsvc.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file as it was when read; without a stamp, the file was missing and the registry stands in. */
record Snapshot(Path path, boolean optional, @Nullable Stamp stamp, Lookup content)
    implements Lookup {

  /** What changes when a file is rewritten or replaced. */
  record Stamp(FileTime modified, long size, @Nullable Object key) {}

  static Snapshot system() {
    try {
      return of(Path.of("/etc/services"), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Snapshot of(Path path, boolean optional) throws IOException {
    try {
      var stamp = stampOf(path); // before the content, so a change in between shows later
      var text = ServicesParser.decode(Files.readAllBytes(path));
      return new Snapshot(path, optional, stamp, ServicesParser.parse(text));
    } catch (NoSuchFileException e) {
      if (!optional) {
        throw e;
      }
      return new Snapshot(path, true, null, Registry.IANA);
    }
  }

  private static Stamp stampOf(Path path) throws IOException {
    var attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }

  @Override
  public Lookup refreshed() throws IOException {
    try {
      return stampOf(path).equals(stamp) ? this : of(path, optional);
    } catch (NoSuchFileException e) {
      return optional && stamp == null ? this : of(path, optional);
    }
  }

  @Override
  public Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
    return content.byName(name, protocol);
  }

  @Override
  public Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
    return content.byPort(port, protocol);
  }

  @Override
  public List<ServiceEntry> all() {
    return content.all();
  }

  @Override
  public List<Diagnostic> diagnostics() {
    return content.diagnostics();
  }
}
