/*
 * What the library exports. It chooses the widest vectors that the processor and the system have; which ones changes no
 * bit of a result. Processors without fused multiply-add are left to WebAssembly.
 */
#include <stddef.h>
#include <stdint.h>

#include "coefficients.h"
#include "products.h"
#include "vectors.h"

#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

#define DECLARED(name)                                                                               \
  void loop_##name(char *memory, uint32_t table);                                                    \
  void convolution_##name(char *memory, uint32_t table);                                             \
  void product_##name(const struct matrices *of, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k);             \
  void rows_##name(const double *x, double *y, ptrdiff_t count, ptrdiff_t length);                   \
  void adam_##name(const struct adam *of, ptrdiff_t n);                                              \
  void combine_##name(double *out, double alpha, const double *y, double beta, const double *x, ptrdiff_t n); \
  void orthogonalise_##name(double *v, const double *basis, ptrdiff_t stride, ptrdiff_t m, ptrdiff_t n, int rounds); \
  void choose_##name(double *to, const double *from, const int32_t *rows, ptrdiff_t count, ptrdiff_t width);

/* Vectors of 2, 4 or 8 numbers. */
struct kernels {
  int width;
  void (*loop)(char *, uint32_t);
  void (*rows)(const double *, double *, ptrdiff_t, ptrdiff_t);
  void (*convolution)(char *, uint32_t);
  void (*product)(const struct matrices *, ptrdiff_t, ptrdiff_t, ptrdiff_t);
  void (*adam)(const struct adam *, ptrdiff_t);
  void (*combine)(double *, double, const double *, double, const double *, ptrdiff_t);
  void (*orthogonalise)(double *, const double *, ptrdiff_t, ptrdiff_t, ptrdiff_t, int);
  void (*choose)(double *, const double *, const int32_t *, ptrdiff_t, ptrdiff_t);
};
#define KERNELS(width, name) \
  {width,          loop_##name, rows_##name,    convolution_##name, \
   product_##name, adam_##name, combine_##name, orthogonalise_##name, choose_##name}

#if defined(__x86_64__)
DECLARED(fma)
DECLARED(avx2)
DECLARED(avx512)

static const struct kernels known[] = {
    KERNELS(8, avx512),
    KERNELS(4, avx2),
    KERNELS(2, fma),
};

struct registers {
  uint32_t a, b, c, d;
};

static struct registers cpuid(uint32_t leaf) {
  struct registers found;
  __asm__ volatile("cpuid" : "=a"(found.a), "=b"(found.b), "=c"(found.c), "=d"(found.d) : "a"(leaf), "c"(0));
  return found;
}

static int greatest_width(void) {
  const uint32_t fma = 1u << 12, saves = 1u << 27, avx = 1u << 28;
  if (cpuid(0).a < 7 || (cpuid(1).c & (fma | saves | avx)) != (fma | saves | avx)) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x6) != 0x6) return 0;
  uint32_t more = cpuid(7).b;
  const uint32_t avx2 = 1u << 5, avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  if ((more & avx2) == 0) return 2;
  return (more & avx512) == avx512 && (low & 0xe6) == 0xe6 ? 8 : 4;
}
#else
DECLARED(neon)

static const struct kernels known[] = {KERNELS(2, neon)};

static int greatest_width(void) { return 2; }
#endif

static const struct kernels *chosen;

/*
 * Uses vectors of at most so many numbers, if the processor has them, and returns how many they are: 0 if there are none,
 * and then nothing else may be called.
 */
EXPORTED int fluxion_use(int most) {
  int here = greatest_width();
  const struct kernels *found = NULL;
  for (size_t i = 0; i < sizeof known / sizeof *known && found == NULL; i++) {
    if (known[i].width <= most && known[i].width <= here) found = &known[i];
  }
  /* Other threads may be computing, so this is written once. */
  chosen = found;
  return found == NULL ? 0 : found->width;
}

/* What both sides of a call have to agree on. */
#define TEXT(x) #x
#define WRITTEN(x) TEXT(x)
#define NAME(name) " " #name
EXPORTED const char *fluxion_format(void) { return WRITTEN(FLUXION_FORMAT) FLUXION_OPERATIONS(NAME); }

/* Runs the loop whose table has this place in memory. */
EXPORTED void fluxion_loop(size_t memory, uint32_t table) { chosen->loop((char *)memory, table); }

/* Writes log(sum of exp) of each row. */
EXPORTED void fluxion_rows(size_t memory, uint32_t input, uint32_t out, uint32_t count, uint32_t length) {
  chosen->rows((const double *)(memory + input), (double *)(memory + out), count, length);
}

/* Computes the product with windows of images whose table has this place in memory. */
EXPORTED void fluxion_convolution(size_t memory, uint32_t table) { chosen->convolution((char *)memory, table); }

/*
 * Computes C = factor op(A) op(B), m x n, from places in memory and the distances between rows there. Flags: 1 transposes A,
 * 2 transposes B, 4 adds to C. No size may be 0.
 */
EXPORTED void fluxion_product(uint32_t flags, uint32_t m, uint32_t n, uint32_t k, double factor, size_t a, uint32_t row_a,
                              size_t b, uint32_t row_b, size_t c, uint32_t row_c) {
  const struct matrices of = {(const double *)a, (const double *)b, (double *)c, row_a, row_b, row_c,
                              flags & 1, flags & 2, flags & 4, factor};
  chosen->product(&of, m, n, k);
}

/* Does the pass of Adam over n numbers of each vector, wherever they lie. */
EXPORTED void fluxion_adam(size_t mean, size_t root, size_t field, size_t point, size_t out, double decay, double fresh,
                           double square_decay, double scale, double shift, double pull, uint32_t n) {
  const struct adam of = {(double *)mean, (double *)root, (const double *)field, (const double *)point, (double *)out,
                          decay, fresh, square_decay, scale, shift, pull};
  chosen->adam(&of, n);
}

/* Computes out = alpha y + beta x, wherever they lie. */
EXPORTED void fluxion_combine(size_t out, double alpha, size_t y, double beta, size_t x, uint32_t n) {
  chosen->combine((double *)out, alpha, (const double *)y, beta, (const double *)x, n);
}

/* Makes v orthogonal to m > 0 vectors of n numbers, once or twice. They begin at `basis`, `stride` bytes apart, forward or backward. */
EXPORTED void fluxion_orthogonalise(size_t v, size_t basis, int32_t stride, uint32_t m, uint32_t n, uint32_t rounds) {
  chosen->orthogonalise((double *)v, (const double *)basis, stride / (ptrdiff_t)sizeof(double), m, n, (int)rounds);
}

/* Copies rows of a matrix, wherever they lie. */
EXPORTED void fluxion_choose(size_t to, size_t from, size_t rows, uint32_t count, uint32_t width) {
  chosen->choose((double *)to, (const double *)from, (const int32_t *)rows, count, width);
}
