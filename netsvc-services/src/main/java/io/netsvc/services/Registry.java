package io.netsvc.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The embedded IANA registry, read at the first lookup. The file carries its own hash tables (layout
 * in {@code build_registry.py}), so loading is one read, and an entry becomes an object when it is
 * first found.
 */
enum Registry implements Lookup {
  IANA;

  private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp", "dccp");

  @Override
  public Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
    return Image.LOADED.byName(name, protocol);
  }

  @Override
  public Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
    return Image.LOADED.byPort(port, protocol);
  }

  @Override
  public List<ServiceEntry> all() {
    return Image.LOADED.all();
  }

  @Override
  public List<Diagnostic> diagnostics() {
    return List.of();
  }

  private static final class Image {
    static final Image LOADED = load();
    private static final int MAGIC = 0x4E535631;
    private static final int HEADER = 24;

    private final ByteBuffer bytes; // absolute reads only, so safe to share
    private final int entryCount;
    private final int names;
    private final int nameMask;
    private final int nameSlots;
    private final int portMask;
    private final int portSlots;
    private final int pool;
    private final AtomicReferenceArray<@Nullable Optional<ServiceEntry>> answers;

    private Image(ByteBuffer bytes) {
      this.bytes = bytes;
      entryCount = bytes.getInt(4);
      names = HEADER + 8 * entryCount;
      nameSlots = names + 6 * bytes.getInt(8);
      nameMask = bytes.getInt(12) - 1;
      portSlots = nameSlots + 2 * (nameMask + 1);
      portMask = bytes.getInt(16) - 1;
      pool = portSlots + 2 * (portMask + 1);
      answers = new AtomicReferenceArray<>(entryCount);
    }

    private static Image load() {
      try (var in = Registry.class.getResourceAsStream("iana.bin")) {
        if (in == null) {
          throw new IllegalStateException("the embedded registry iana.bin is missing");
        }
        var bytes = ByteBuffer.wrap(in.readAllBytes());
        if (bytes.getInt(0) != MAGIC) {
          throw new IllegalStateException("the embedded registry iana.bin is not ours");
        }
        return new Image(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private int u16(int at) {
      return bytes.getShort(at) & 0xFFFF;
    }

    Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
      int slot = Lookup.spread(name.hashCode()) & nameMask;
      for (int ref; (ref = u16(nameSlots + 2 * slot)) != 0; slot = (slot + 1) & nameMask) {
        int at = names + 6 * (ref - 1);
        int entry = u16(at + 4);
        if (isNamed(name, pool + bytes.getInt(at)) && matches(entry, protocol)) {
          return answer(entry);
        }
      }
      return Optional.empty();
    }

    Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
      int slot = Lookup.spread(port) & portMask;
      for (int ref; (ref = u16(portSlots + 2 * slot)) != 0; slot = (slot + 1) & portMask) {
        if (u16(HEADER + 8 * (ref - 1)) == port && matches(ref - 1, protocol)) {
          return answer(ref - 1);
        }
      }
      return Optional.empty();
    }

    List<ServiceEntry> all() {
      var list = new ArrayList<ServiceEntry>(entryCount);
      for (int i = 0; i < entryCount; i++) {
        list.add(answer(i).orElseThrow());
      }
      return List.copyOf(list);
    }

    private boolean isNamed(String name, int at) {
      int length = bytes.get(at) & 0xFF;
      if (length != name.length()) {
        return false;
      }
      for (int i = 0; i < length; i++) {
        if (bytes.get(at + 1 + i) != name.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    private boolean matches(int entry, @Nullable String protocol) {
      return protocol == null || protocol.equals(protocolOf(entry));
    }

    private String protocolOf(int entry) {
      return PROTOCOLS.get(bytes.get(HEADER + 8 * entry + 2));
    }

    private Optional<ServiceEntry> answer(int entry) {
      var known = answers.get(entry);
      if (known != null) {
        return known;
      }
      int at = HEADER + 8 * entry;
      var own = new ArrayList<String>();
      for (int i = 0; i < bytes.get(at + 3); i++) {
        int text = pool + bytes.getInt(names + 6 * (bytes.getInt(at + 4) + i));
        var raw = new byte[bytes.get(text) & 0xFF];
        bytes.get(text + 1, raw);
        own.add(new String(raw, StandardCharsets.US_ASCII));
      }
      var made =
          Optional.of(
              new ServiceEntry(
                  own.getFirst(), u16(at), protocolOf(entry), own.subList(1, own.size())));
      answers.set(entry, made); // racing threads store equal values
      return made;
    }
  }
}
