package io.netsvc.process;

/** A resource of getrlimit(2). */
public enum Limit {
  /** CPU time, in seconds. */
  CPU(0),
  /** Size of a file it may write, in bytes. */
  FILE_SIZE(1),
  /** Data segment, in bytes. */
  DATA(2),
  /** Stack, in bytes. */
  STACK(3),
  /** Core file, in bytes. */
  CORE(4),
  /** Resident set, in bytes; Linux ignores it. */
  RESIDENT(5),
  /** Processes of the user. */
  PROCESSES(6),
  /** Open files: one more than the highest fd. */
  OPEN_FILES(7),
  /** Locked memory, in bytes. */
  LOCKED_MEMORY(8),
  /** Address space, in bytes. */
  ADDRESS_SPACE(9),
  /** Signals that wait for the user's processes. */
  PENDING_SIGNALS(11),
  /** POSIX message queues of the user, in bytes. */
  MESSAGE_QUEUES(12),
  /** Ceiling of the nice value: 20 minus this. */
  NICE(13),
  /** Ceiling of the real-time priority. */
  REALTIME_PRIORITY(14),
  /** Real-time CPU time without a blocking call, in microseconds. */
  REALTIME(15);

  /** No limit: {@code RLIM_INFINITY}. */
  public static final long UNLIMITED = -1;

  private final int resource;

  Limit(int resource) {
    this.resource = resource;
  }

  /** Returns the number that the kernel knows it by: the RLIMIT_* of x86-64 and aarch64. */
  int resource() {
    return resource;
  }
}
