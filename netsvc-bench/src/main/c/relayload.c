/* Loads relays, on one thread: the clients before them and the server behind them.
 *
 * Prints the server's port, which the one argument may have chosen; then each line of standard input,
 * "KIND CONNECTIONS PORT MILLISECONDS SIZE", is a turn, whose amount, nanoseconds and median round
 * (ns; 0 for bulk) it prints. Kinds are bulk (sendfile of a memory file, received without a copy, so
 * that the relay is what costs), pingpong (SIZE bytes to and fro), connect (connect, one byte, close)
 * and idle (connections that say one byte, are answered one, and stay; the next turn closes them).
 * Exits at the end of input. A relay that fails, or that goes on for 20 s after the turn, ends it
 * too, with "! " and the cause on standard output. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum kind { BULK, PINGPONG, CONNECT, IDLE, KINDS };
static const char *const NAMES[KINDS] = {"bulk", "pingpong", "connect", "idle"};
enum { CHUNK = 1 << 20, MAX_EVENTS = 256, PATIENCE = 20 /* s */ };

struct conn {
  struct conn *next; /* of the clients that a turn has left open */
  int fd, client, known;
  enum kind kind;
  uint32_t got;
  uint64_t begun;
};

static int loop, memory, listening;
static char buffer[CHUNK];
static struct conn *left_open;
static uint64_t sent, sunk;
static uint64_t *rounds;
static size_t count, room;
static int running;
static uint32_t size;
static uint16_t port;
static uint64_t end;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The relay has failed. */
static void fail(const char *why) {
  printf("! %s\n", why);
  exit(1);
}

static void die(const char *what) {
  printf("! %s: %s\n", what, strerror(errno));
  exit(1);
}

static void record(uint64_t nanos) {
  if (count == room) {
    room = room ? 2 * room : 4096;
    rounds = realloc(rounds, room * sizeof *rounds);
    if (!rounds) die("realloc");
  }
  rounds[count++] = nanos;
}

static void watch(struct conn *c, int operation, uint32_t events) {
  struct epoll_event e = {.events = events, .data.ptr = c};
  if (epoll_ctl(loop, operation, c ? c->fd : listening, &e)) die("epoll_ctl");
}

static void say(struct conn *c, const void *bytes, size_t n) {
  if (send(c->fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n) die("send");
}

static void drop(struct conn *c) {
  close(c->fd);
  free(c);
}

static void begin(enum kind kind) {
  struct conn *c = calloc(1, sizeof *c);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct timeval patience = {.tv_sec = PATIENCE};
  int on = 1;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!c || (c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0) die("socket");
  c->client = 1;
  c->kind = kind;
  c->begun = now();
  setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* connect's; socket(7) */
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  say(c, &"SEOI"[kind], 1);
  if (kind == PINGPONG) say(c, buffer, size);
  watch(c, EPOLL_CTL_ADD, kind == BULK ? EPOLLOUT : EPOLLIN);
  running++;
}

static void over(struct conn *c) {
  running--;
  if (c->kind == CONNECT) {
    record(now() - c->begun);
    drop(c);
    if (now() < end) begin(CONNECT);
  } else {
    drop(c);
  }
}

static void client(struct conn *c) {
  ssize_t n;
  if (c->kind == BULK && now() < end) {
    off_t at = 0;
    n = sendfile(c->fd, memory, &at, CHUNK);
    if (n < 0 && errno != EAGAIN) die("sendfile");
    if (n > 0) sent += (uint64_t)n;
    return;
  }
  if (c->kind == BULK && !c->known) {
    c->known = 1;
    shutdown(c->fd, SHUT_WR);
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    return;
  }
  n = recv(c->fd, buffer, c->kind == PINGPONG ? size - c->got : CHUNK, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n < 0) die("recv");
  if (n == 0) {
    if (c->kind != BULK && (c->kind != CONNECT || !c->got)) fail("the stream ended early");
    over(c);
  } else if (c->kind == CONNECT) {
    c->got = 1;
  } else if (c->kind == PINGPONG && (c->got += (uint32_t)n) == size) {
    uint64_t t = now();
    record(t - c->begun);
    c->begun = t;
    c->got = 0;
    if (t < end) {
      say(c, buffer, size);
    } else {
      over(c);
    }
  } else if (c->kind == IDLE) {
    running--; /* it was answered, and stays */
    watch(c, EPOLL_CTL_DEL, 0);
    c->next = left_open;
    left_open = c;
  }
}

static void server(struct conn *c) {
  ssize_t n;
  if (!c->known) {
    char first;
    n = recv(c->fd, &first, 1, 0);
    if (n <= 0) {
      drop(c);
      return;
    }
    c->known = 1;
    c->kind = (enum kind)(strchr("SEOI", first) - "SEOI");
    if (c->kind == CONNECT) {
      say(c, "!", 1);
      drop(c);
      return;
    }
    if (c->kind == IDLE) say(c, "!", 1);
  }
  /* MSG_TRUNC throws the bytes away without copying them; see tcp(7). */
  n = recv(c->fd, buffer, CHUNK, c->kind == BULK ? MSG_TRUNC : 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    drop(c);
  } else if (c->kind == BULK) {
    sunk += (uint64_t)n;
  } else if (c->kind == PINGPONG) {
    say(c, buffer, (size_t)n);
  }
}

static void accept_all(void) {
  int fd, on = 1;
  while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    struct conn *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
  }
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* Handles what there is; waits for it this long (ms). */
static void dispatch(int wait) {
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait(loop, events, MAX_EVENTS, wait);
  if (n < 0) die("epoll_wait");
  for (int i = 0; i < n; i++) {
    struct conn *c = events[i].data.ptr;
    if (!c) {
      accept_all();
    } else if (c->client) {
      client(c);
    } else {
      server(c);
    }
  }
}

static void turn(enum kind kind, int connections, int millis) {
  uint64_t start;
  for (struct conn *c; (c = left_open);) {
    left_open = c->next;
    drop(c);
  }
  sent = 0;
  sunk = 0;
  count = 0;
  running = 0;
  start = now();
  end = start + (uint64_t)millis * 1000000u;
  for (int i = 0; i < connections; i++) {
    begin(kind);
    if (kind == IDLE) dispatch(0); /* so many would not fit in the server's backlog */
  }
  while (running > 0) {
    dispatch(1000);
    if (running > 0 && now() > end + PATIENCE * 1000000000ull) fail("it goes on for ever");
  }
  if (kind == BULK && sunk != sent) fail("bytes were lost");
  uint64_t passed = now() - start;
  if (count) qsort(rounds, count, sizeof *rounds, by_value);
  printf("%llu %llu %llu\n", (unsigned long long)(kind == BULK ? sunk : kind == IDLE ? (uint64_t)connections : count),
         (unsigned long long)passed, (unsigned long long)(count ? rounds[count / 2] : 0));
  fflush(stdout);
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  socklen_t length = sizeof at;
  char name[16];
  int connections, millis, on = 1;
  unsigned to, bytes;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(argc > 1 ? (uint16_t)atoi(argv[1]) : 0);
  loop = epoll_create1(EPOLL_CLOEXEC);
  memory = memfd_create("relayload", MFD_CLOEXEC);
  if (loop < 0 || memory < 0 || write(memory, buffer, CHUNK) != CHUNK) die("memfd");
  listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  /* Connections of a predecessor, which had the same port, may not all be gone. */
  if (listening < 0 || setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
      bind(listening, (struct sockaddr *)&at, sizeof at) || listen(listening, 4096) ||
      getsockname(listening, (struct sockaddr *)&at, &length))
    die("listen");
  watch(NULL, EPOLL_CTL_ADD, EPOLLIN);
  printf("%u\n", ntohs(at.sin_port));
  fflush(stdout);
  while (scanf("%15s %d %u %d %u", name, &connections, &to, &millis, &bytes) == 5) {
    port = (uint16_t)to;
    size = bytes < CHUNK ? bytes : CHUNK;
    for (int k = 0; k < KINDS; k++) {
      if (!strcmp(name, NAMES[k])) turn((enum kind)k, connections, millis);
    }
  }
  return 0;
}
