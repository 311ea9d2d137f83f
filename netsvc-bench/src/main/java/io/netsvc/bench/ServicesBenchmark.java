package io.netsvc.bench;

import io.netsvc.services.ServiceEntry;
import io.netsvc.services.ServicesDatabase;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jnr.netdb.Service;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One lookup: by name ({@code imaps}, tcp), by port (993, tcp), and of a name that does not exist.
 * The keys are fields, so that the compiler cannot work out the answer. {@code registry} is the
 * embedded one, {@code file} is what {@link ServicesDatabase#system} reads; the maps hold the
 * registry's tcp entries. glibc reads its file at each call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Xmx512m"
    })
public class ServicesBenchmark {
  String name = "imaps";
  String unknown = "no-such";
  String protocol = "tcp";
  int port = 993;
  private final ServicesDatabase registry = ServicesDatabase.iana();
  private final ServicesDatabase file = ServicesDatabase.system();
  private final Map<String, ServiceEntry> byName = new HashMap<>();
  private final Map<Integer, ServiceEntry> byPort = new HashMap<>();
  private final MemorySegment nativeName = GlibcServices.text(name);
  private final MemorySegment nativeUnknown = GlibcServices.text(unknown);
  private final MemorySegment nativeProtocol = GlibcServices.text(protocol);

  /** Fills the maps. */
  public ServicesBenchmark() {
    for (var entry : registry.all()) {
      if (entry.protocol().equals("tcp")) {
        byName.putIfAbsent(entry.name(), entry);
        entry.aliases().forEach(alias -> byName.putIfAbsent(alias, entry));
        byPort.putIfAbsent(entry.port(), entry);
      }
    }
  }

  /** By name. */
  @Benchmark
  public Optional<ServiceEntry> nameRegistry() {
    return registry.find(name, protocol);
  }

  /** By name. */
  @Benchmark
  public Optional<ServiceEntry> nameFile() {
    return file.find(name, protocol);
  }

  /** By name. */
  @Benchmark
  public @Nullable ServiceEntry nameHashMap() {
    return byName.get(name);
  }

  /** By name. */
  @Benchmark
  public @Nullable Service nameJnr() {
    return Service.getServiceByName(name, protocol);
  }

  /** By name. */
  @Benchmark
  public int nameGlibc() {
    return GlibcServices.byName(nativeName, nativeProtocol);
  }

  /** By port. */
  @Benchmark
  public Optional<ServiceEntry> portRegistry() {
    return registry.find(port, protocol);
  }

  /** By port. */
  @Benchmark
  public Optional<ServiceEntry> portFile() {
    return file.find(port, protocol);
  }

  /** By port. */
  @Benchmark
  public @Nullable ServiceEntry portHashMap() {
    return byPort.get(port);
  }

  /** By port; jnr-netdb 1.2.0 finds no port whose low byte is above 127, such as this one. */
  @Benchmark
  public @Nullable Service portJnr() {
    return Service.getServiceByPort(port, protocol);
  }

  /** By port. */
  @Benchmark
  public int portGlibc() {
    return GlibcServices.byPort(port, nativeProtocol);
  }

  /** A name that does not exist. */
  @Benchmark
  public Optional<ServiceEntry> missRegistry() {
    return registry.find(unknown, protocol);
  }

  /** A name that does not exist. */
  @Benchmark
  public Optional<ServiceEntry> missFile() {
    return file.find(unknown, protocol);
  }

  /** A name that does not exist. */
  @Benchmark
  public @Nullable ServiceEntry missHashMap() {
    return byName.get(unknown);
  }

  /** A name that does not exist. */
  @Benchmark
  public @Nullable Service missJnr() {
    return Service.getServiceByName(unknown, protocol);
  }

  /** A name that does not exist. */
  @Benchmark
  public int missGlibc() {
    return GlibcServices.byName(nativeUnknown, nativeProtocol);
  }
}
