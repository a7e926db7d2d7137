/*
 * log(sum of exp) along dense rows, without overflow. Compiled once for each width of vectors.
 *
 * Numbers are taken in groups of eight, one in each lane. Where rows are short, the lanes are eight rows; else they are
 * neighbours in one row, and the lanes are joined at its end. Missing numbers are -Infinity, which changes no result.
 */
#include "functions.h"

#define LANES 8
/* Groups of eight that are transposed or computed at once. */
#define GROUPS 64
#define EACH _Pragma("omp simd") for (int l = 0; l < LANES; l++)

/* Half of a group. Compilers keep these in registers, but not arrays. */
typedef double four __attribute__((vector_size(32)));
typedef int64_t mask __attribute__((vector_size(32)));

static inline four loaded(const double *x) {
  four y;
  memcpy(&y, x, sizeof y);
  return y;
}

static inline four chosen(mask where, four x, four otherwise) {
  return (four)(((mask)x & where) | ((mask)otherwise & ~where));
}

struct lanes {
  double largest[LANES], missing[LANES], rest[LANES], ties[LANES];
};

static void take_largest(struct lanes *all, const double *x, ptrdiff_t groups) {
  for (int half = 0; half < LANES; half += 4) {
    four largest = loaded(all->largest + half);
    mask missing = {0};
    for (ptrdiff_t i = 0; i < groups; i++) {
      four y = loaded(x + i * LANES + half);
      missing |= y != y;
      largest = chosen(y > largest, y, largest);
    }
    memcpy(all->largest + half, &largest, sizeof largest);
    for (int l = 0; l < 4; l++) all->missing[half + l] += missing[l] != 0 ? 1 : 0;
  }
}

/* Adds up e^(x - m), and apart from it how many numbers equal m. */
static void take_terms(struct lanes *all, const double *x, const double *m, ptrdiff_t groups) {
  double terms[GROUPS * LANES];
  for (ptrdiff_t i = 0; i < groups; i++) {
    EACH terms[i * LANES + l] = x[i * LANES + l] - m[l];
  }
  if (are_ordinary(groups * LANES, terms, 708)) {
    _Pragma("omp simd") for (ptrdiff_t i = 0; i < groups * LANES; i++) terms[i] = ordinary_exp(terms[i]);
  } else {
    _Pragma("omp simd") for (ptrdiff_t i = 0; i < groups * LANES; i++) terms[i] = whole_exp(terms[i]);
  }
  for (int half = 0; half < LANES; half += 4) {
    four rest = loaded(all->rest + half), ties = loaded(all->ties + half), largest = loaded(m + half);
    const four one = {1, 1, 1, 1}, zero = {0};
    for (ptrdiff_t i = 0; i < groups; i++) {
      mask equal = loaded(x + i * LANES + half) == largest;
      rest += chosen(equal, zero, loaded(terms + i * LANES + half));
      ties += chosen(equal, one, zero);
    }
    memcpy(all->rest + half, &rest, sizeof rest);
    memcpy(all->ties + half, &ties, sizeof ties);
  }
}

/* m + log1p(rest + ties - 1) where m is finite, else m. */
static inline double finished(double largest, double missing, double rest, double ties) {
  double m = missing > 0 ? NOT_A_NUMBER : largest;
  double sum = m + fluxion_log1p(rest + (ties - 1));
  return m - m == 0 ? sum : m;
}

static void begin(struct lanes *all) {
  EACH {
    all->largest[l] = -INFINITE;
    all->missing[l] = all->rest[l] = all->ties[l] = 0;
  }
}

static double joined(const double *x) { return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7])); }

static void short_rows(const double *x, double *y, ptrdiff_t count, ptrdiff_t length) {
  double turned[GROUPS * LANES];
  struct lanes all;
  for (ptrdiff_t r = 0; r < count; r += LANES) {
    for (int l = 0; l < LANES; l++) {
      /* The last row stands for those that are missing. */
      const double *row = x + (r + l < count ? r + l : count - 1) * length;
      for (ptrdiff_t i = 0; i < length; i++) turned[i * LANES + l] = row[i];
    }
    begin(&all);
    take_largest(&all, turned, length);
    take_terms(&all, turned, all.largest, length);
    double found[LANES];
    EACH found[l] = finished(all.largest[l], all.missing[l], all.rest[l], all.ties[l]);
    for (int l = 0; l < LANES && r + l < count; l++) y[r + l] = found[l];
  }
}

static void long_row(const double *x, double *y, ptrdiff_t length) {
  ptrdiff_t whole = length / LANES, left = length % LANES;
  double last[LANES], m[LANES], largest = -INFINITE;
  for (int l = 0; l < LANES; l++) last[l] = l < left ? x[whole * LANES + l] : -INFINITE;
  struct lanes all;
  begin(&all);
  take_largest(&all, x, whole);
  if (left > 0) take_largest(&all, last, 1);
  for (int l = 0; l < LANES; l++) largest = all.largest[l] > largest ? all.largest[l] : largest;
  for (int l = 0; l < LANES; l++) m[l] = largest;
  for (ptrdiff_t i = 0; i < whole; i += GROUPS) {
    take_terms(&all, x + i * LANES, m, whole - i < GROUPS ? whole - i : GROUPS);
  }
  if (left > 0) take_terms(&all, last, m, 1);
  *y = finished(largest, joined(all.missing), joined(all.rest), joined(all.ties));
}

void FLUXION_NAME(rows)(const double *x, double *y, ptrdiff_t count, ptrdiff_t length) {
  if (length <= GROUPS) {
    short_rows(x, y, count, length);
  } else {
    for (ptrdiff_t r = 0; r < count; r++) long_row(x + r * length, y + r, length);
  }
}
