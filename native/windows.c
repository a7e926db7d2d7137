/*
 * What a library for Windows otherwise takes from a C library. This one is linked without, so that it needs nothing of the
 * system.
 */
#include <stddef.h>

int _fltused = 0;

int DllMainCRTStartup(void *instance, unsigned reason, void *reserved) {
  (void)instance, (void)reason, (void)reserved;
  return 1;
}

#if defined(__x86_64__)

void *memcpy(void *to, const void *from, size_t size) {
  void *end = to;
  __asm__ volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(size) : : "memory");
  return to;
}

void *memset(void *to, int value, size_t size) {
  void *end = to;
  __asm__ volatile("rep stosb" : "+D"(end), "+c"(size) : "a"(value) : "memory");
  return to;
}

/* Touches each page of a new part of the stack, whose size is in rax, so that the system makes it. */
__asm__(
    ".globl ___chkstk_ms\n"
    "___chkstk_ms:\n"
    "  push %rcx\n"
    "  push %rax\n"
    "  lea 24(%rsp), %rcx\n"
    "1:\n"
    "  cmp $0x1000, %rax\n"
    "  jb 2f\n"
    "  sub $0x1000, %rcx\n"
    "  orl $0, (%rcx)\n"
    "  sub $0x1000, %rax\n"
    "  jmp 1b\n"
    "2:\n"
    "  sub %rax, %rcx\n"
    "  orl $0, (%rcx)\n"
    "  pop %rax\n"
    "  pop %rcx\n"
    "  ret\n");

#elif defined(__aarch64__)

void *memcpy(void *to, const void *from, size_t size) {
  char *end = to;
  const char *next = from;
  for (; size >= 8; size -= 8, end += 8, next += 8) {
    unsigned long long eight;
    __asm__ volatile("ldr %0, [%1]" : "=r"(eight) : "r"(next) : "memory");
    __asm__ volatile("str %0, [%1]" : : "r"(eight), "r"(end) : "memory");
  }
  while (size-- > 0) *end++ = *next++;
  return to;
}

void *memset(void *to, int value, size_t size) {
  char *end = to;
  const unsigned long long eight = 0x0101010101010101ull * (unsigned char)value;
  for (; size >= 8; size -= 8, end += 8) __asm__ volatile("str %0, [%1]" : : "r"(eight), "r"(end) : "memory");
  while (size-- > 0) *end++ = (char)value;
  return to;
}

/* Touches each page of a new part of the stack, whose size in units of 16 bytes is in x15, so that the system makes it. */
__asm__(
    ".globl __chkstk\n"
    "__chkstk:\n"
    "  lsl x16, x15, #4\n"
    "  mov x17, sp\n"
    "1:\n"
    "  sub x17, x17, #4096\n"
    "  subs x16, x16, #4096\n"
    "  ldr xzr, [x17]\n"
    "  b.gt 1b\n"
    "  ret\n");

#endif
