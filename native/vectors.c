/*
 * Passes over whole vectors, with the bits of their loops in TypeScript: nothing is fused, and nothing is added up. Compiled
 * once for each width of vectors.
 */
#include "functions.h"
#include "vectors.h"

/* Powers of two, so that scaling rounds nothing. */
#define SMALLEST 0x1p-900
#define GREATEST 0x1p1000
#define ENLARGE 0x1p600
#define REDUCE 0x1p-600

static inline double unit_of(uint64_t small, uint64_t great) {
  return number_of((bits_of(ENLARGE) & small) | (bits_of(REDUCE) & great) | (bits_of(1) & ~(small | great)));
}

void FLUXION_NAME(adam)(const struct adam *of, ptrdiff_t n) {
  double *mean = of->mean, *root = of->root, *out = of->out;
  const double *field = of->field, *point = of->point;
  const double decay = of->decay, fresh = of->fresh, fade = of->square_decay, share = 1 - fade;
  const double scale = of->scale, shift = of->shift, pull = of->pull;
  _Pragma("omp simd") for (ptrdiff_t i = 0; i < n; i++) {
    double entry = field[i], former = root[i], average = decay * mean[i] + fresh * entry;
    double square = fade * former * former + share * entry * entry;
    uint64_t small = -(uint64_t)(square <= SMALLEST), great = -(uint64_t)(square >= GREATEST);
    /* By their bits: a compiler would compute the products for all three units, of which some underflow, which is slow. */
    double unit = unit_of(small, great), back = unit_of(great, small);
    former *= unit;
    entry *= unit;
    double size = __builtin_sqrt(fade * former * former + share * entry * entry) * back, whole = size + shift;
    double quotient = scale * (average / whole);
    mean[i] = average;
    root[i] = size;
    out[i] = (whole == 0 ? 0 : quotient) - pull * point[i];
  }
}

/* Computes out = alpha y + beta x, where out may be x or y. With beta = 1 or -1 its product is exact. */
void FLUXION_NAME(combine)(double *out, double alpha, const double *y, double beta, const double *x, ptrdiff_t n) {
  _Pragma("omp simd") for (ptrdiff_t i = 0; i < n; i++) out[i] = alpha * y[i] + beta * x[i];
}

/* A basis vector and those after it, at equal distances. */
struct group {
  const double *first;
  ptrdiff_t stride;
};

/* Four sums, one for each place of a turn of four numbers: the bits of `dot` in TypeScript, whatever the processor's width. */
typedef double quartet __attribute__((vector_size(32)));
typedef double unaligned __attribute__((vector_size(32), aligned(8), may_alias));

/*
 * Subtracts the components of v along `size` vectors, and replaces them by those along the next `count` ones. It is compiled
 * for each pair of sizes. A pass reads v once for up to eight vectors.
 */
static inline __attribute__((always_inline)) void pass(double *v, double *c, struct group from, int size, struct group next,
                                                       int count, ptrdiff_t n) {
  quartet sums[4] = {{0}}, factors[4] = {{0}};
  for (int k = 0; k < size; k++) factors[k] = (quartet){c[k], c[k], c[k], c[k]};
  ptrdiff_t i = 0;
  for (; i + 4 <= n; i += 4) {
    quartet x = *(const unaligned *)(v + i);
    for (int k = 0; k < size; k++) x -= factors[k] * *(const unaligned *)(from.first + k * from.stride + i);
    if (size > 0) *(unaligned *)(v + i) = x;
    for (int k = 0; k < count; k++) sums[k] += *(const unaligned *)(next.first + k * next.stride + i) * x;
  }
  double totals[4];
  for (int k = 0; k < count; k++) totals[k] = sums[k][0] + sums[k][1] + (sums[k][2] + sums[k][3]);
  for (; i < n; i++) {
    double x = v[i];
    for (int k = 0; k < size; k++) x -= c[k] * from.first[k * from.stride + i];
    v[i] = x;
    for (int k = 0; k < count; k++) totals[k] += next.first[k * next.stride + i] * x;
  }
  for (int k = 0; k < count; k++) c[k] = totals[k];
}

static void any_pass(double *v, double *c, struct group from, int size, struct group next, int count, ptrdiff_t n) {
  if (size == 0) {
    if (count == 4) pass(v, c, from, 0, next, 4, n);
    else pass(v, c, from, 0, next, 1, n);
  } else if (size == 4) {
    if (count == 4) pass(v, c, from, 4, next, 4, n);
    else if (count == 1) pass(v, c, from, 4, next, 1, n);
    else pass(v, c, from, 4, next, 0, n);
  } else {
    if (count == 4) pass(v, c, from, 1, next, 4, n);
    else if (count == 1) pass(v, c, from, 1, next, 1, n);
    else pass(v, c, from, 1, next, 0, n);
  }
}

/* Makes v orthogonal to m > 0 vectors, once or twice, in the groups of src/linalg/krylov/orthogonalise.ts. */
void FLUXION_NAME(orthogonalise)(double *v, const double *basis, ptrdiff_t stride, ptrdiff_t m, ptrdiff_t n, int rounds) {
  ptrdiff_t grouped = m - m % 4, at = 0;
  double c[4];
  struct group from = {basis, stride}, next = from;
  int size = 0, count = grouped > 0 ? 4 : 1;
  for (;;) {
    any_pass(v, c, from, size, next, count, n);
    if (count == 0) return;
    from = next;
    size = count;
    at += count;
    if (at == m) {
      at = 0;
      rounds--;
    }
    next.first = basis + at * stride;
    count = rounds == 0 ? 0 : at < grouped ? 4 : 1;
  }
}

/* Number of rows of one cache line or two that are asked for before they are copied. */
#define AHEAD 16

/* Copies rows of a matrix one after the other, and asks for later rows meanwhile: nothing else foresees where they lie. */
void FLUXION_NAME(choose)(double *to, const double *from, const int32_t *rows, ptrdiff_t count, ptrdiff_t width) {
  if (width <= 16) {
    for (ptrdiff_t r = 0; r < count + AHEAD; r++) {
      if (r < count) {
        __builtin_prefetch(from + rows[r] * width);
        __builtin_prefetch(from + rows[r] * width + width - 1);
      }
      if (r < AHEAD) continue;
      const double *row = from + rows[r - AHEAD] * width;
      for (ptrdiff_t i = 0; i < width; i++) *to++ = row[i];
    }
    return;
  }
  for (ptrdiff_t r = 0; r < count; r++, to += width) {
    const double *row = from + rows[r] * width, *next = r + 1 < count ? from + rows[r + 1] * width : row;
    ptrdiff_t i = 0;
    for (; i + 8 <= width; i += 8) {
      __builtin_prefetch(next + i);
      memcpy(to + i, row + i, 64);
    }
    for (; i < width; i++) to[i] = row[i];
  }
}
