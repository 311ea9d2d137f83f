/* A program that does nothing at all: no dynamic linker, no libc that asks the CPU for its caches. */
void _start(void) {
#if defined(__x86_64__)
  __asm__ volatile("syscall" : : "a"(60), "D"(0) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
  register long number __asm__("x8") = 93, status __asm__("x0") = 0;
  __asm__ volatile("svc 0" : : "r"(number), "r"(status) : "memory");
#else
#error "x86-64 or aarch64"
#endif
  for (;;) {
  }
}
