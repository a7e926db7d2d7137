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
