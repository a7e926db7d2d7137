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

struct lanes {
  double largest[LANES], missing[LANES], rest[LANES], ties[LANES];
};

static void take_largest(struct lanes *all, const double *x, ptrdiff_t groups) {
  double largest[LANES], missing[LANES];
  memcpy(largest, all->largest, sizeof largest);
  memcpy(missing, all->missing, sizeof missing);
  for (ptrdiff_t i = 0; i < groups; i++, x += LANES) {
    EACH {
      missing[l] += x[l] != x[l] ? 1 : 0;
      largest[l] = x[l] > largest[l] ? x[l] : largest[l];
    }
  }
  memcpy(all->largest, largest, sizeof largest);
  memcpy(all->missing, missing, sizeof missing);
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
  double rest[LANES], ties[LANES];
  memcpy(rest, all->rest, sizeof rest);
  memcpy(ties, all->ties, sizeof ties);
  for (ptrdiff_t i = 0; i < groups; i++) {
    EACH {
      int largest = x[i * LANES + l] == m[l];
      rest[l] += largest ? 0 : terms[i * LANES + l];
      ties[l] += largest ? 1 : 0;
    }
  }
  memcpy(all->rest, rest, sizeof rest);
  memcpy(all->ties, ties, sizeof ties);
}

/* m + log1p(rest + ties - 1) where m is finite, else m. */
static void finish(struct lanes *all) {
  EACH {
    double m = all->missing[l] > 0 ? NOT_A_NUMBER : all->largest[l];
    double sum = m + fluxion_log1p(all->rest[l] + (all->ties[l] - 1));
    all->largest[l] = m - m == 0 ? sum : m;
  }
}

static void begin(struct lanes *all) {
  EACH {
    all->largest[l] = -INFINITE;
    all->missing[l] = all->rest[l] = all->ties[l] = 0;
  }
}

/* Sets all lanes to what they have in common. Numbers that are missing are then counted more than once. */
static void join(struct lanes *all) {
  for (int step = 1; step < LANES; step *= 2) {
    struct lanes other;
    for (int l = 0; l < LANES; l++) {
      other.largest[l] = all->largest[l ^ step];
      other.missing[l] = all->missing[l ^ step];
      other.rest[l] = all->rest[l ^ step];
      other.ties[l] = all->ties[l ^ step];
    }
    EACH {
      all->largest[l] = other.largest[l] > all->largest[l] ? other.largest[l] : all->largest[l];
      all->missing[l] += other.missing[l];
      all->rest[l] += other.rest[l];
      all->ties[l] += other.ties[l];
    }
  }
}

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
    finish(&all);
    for (int l = 0; l < LANES && r + l < count; l++) y[r + l] = all.largest[l];
  }
}

static void long_row(const double *x, double *y, ptrdiff_t length) {
  ptrdiff_t whole = length / LANES;
  double last[LANES];
  for (int l = 0; l < LANES; l++) last[l] = whole * LANES + l < length ? x[whole * LANES + l] : -INFINITE;
  struct lanes all;
  begin(&all);
  take_largest(&all, x, whole);
  take_largest(&all, last, 1);
  join(&all);
  double m[LANES];
  memcpy(m, all.largest, sizeof m);
  for (ptrdiff_t i = 0; i < whole; i += GROUPS) {
    take_terms(&all, x + i * LANES, m, whole - i < GROUPS ? whole - i : GROUPS);
  }
  take_terms(&all, last, m, 1);
  join(&all);
  finish(&all);
  *y = all.largest[0];
}

void FLUXION_NAME(rows)(const double *x, double *y, ptrdiff_t count, ptrdiff_t length) {
  if (length <= GROUPS) {
    short_rows(x, y, count, length);
  } else {
    for (ptrdiff_t r = 0; r < count; r++) long_row(x + r * length, y + r, length);
  }
}
