/* The reference: posix_spawn(3) of $PROGRAM, or /bin/true, and waitpid(2), one after the other, until the seconds
   given have passed. Answers each line of input "SECONDS" with "SPAWNS WALL_NANOS CPU_NANOS". */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static long long wall(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long spent(int who) {
  struct rusage used;
  getrusage(who, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL;
}

static long long cpu(void) { return spent(RUSAGE_SELF) + spent(RUSAGE_CHILDREN); }

int main(void) {
  char *program = getenv("PROGRAM");
  char *argv[] = {program ? program : "/bin/true", NULL};
  char *envp[] = {NULL};
  double seconds;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int fd = 0; fd < 3; fd++)
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", 2 /* O_RDWR */, 0);
  while (scanf("%lf", &seconds) == 1) {
    long long begun = wall(), used = cpu(), spawns = 0;
    long long end = begun + (long long)(seconds * 1e9);
    while (wall() < end) {
      pid_t pid;
      int status;
      if (posix_spawn(&pid, argv[0], &actions, NULL, argv, envp) != 0) return 1;
      if (waitpid(pid, &status, 0) != pid || status != 0) return 1;
      spawns++;
    }
    printf("%lld %lld %lld\n", spawns, wall() - begun, cpu() - used);
    fflush(stdout);
  }
  return 0;
}
