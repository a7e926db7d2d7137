/*
 * C = factor op(A) op(B), or C = C + factor op(A) op(B), for matrices whose rows lie in memory one after the other. Compiled
 * once for each width of vectors.
 *
 * The k terms of an entry are cut into parts of nearly equal length. Each part is one chain of fused multiply-adds in the
 * order of k, and is multiplied by the factor and added to C. So no bit depends on the width of the vectors, nor on the
 * other entries of C.
 *
 * Numbers of A are read where they lie, or from a packed copy of some rows if A is transposed: a copy of all of A, as BLAS
 * libraries make one, costs more than it saves where a network's batch is one of the factors.
 */
#include "products.h"

#include "simd.h"

/* Greatest length of a part, and greatest number of columns of B beside each other in the second cache. */
#define LONGEST 256
#define WIDEST 128
/* Number of rows of a transposed A that are packed at once: a multiple of each width's rows. */
#define TURNED 24
/* Greatest distance between rows of a transposed A that is read where it lies. */
#define NARROW 64

/* The quotient, rounded up. */
static inline ptrdiff_t parts(ptrdiff_t all, ptrdiff_t most) { return (all + most - 1) / most; }

/* Writes op(B) (length x width) as panels of eight columns, the last of which ends with zeros. */
static void pack(double *to, const double *b, ptrdiff_t row, int turned, ptrdiff_t length, ptrdiff_t width) {
  const ptrdiff_t whole = width / COLUMNS * COLUMNS;
  if (turned) {
    for (ptrdiff_t j = 0; j < width; j += COLUMNS) {
      for (ptrdiff_t c = 0; c < COLUMNS; c++) {
        double *column = to + j * length + c;
        const double *from = b + (j + c) * row;
        if (j + c < width) {
          for (ptrdiff_t t = 0; t < length; t++) column[t * COLUMNS] = from[t];
        } else {
          for (ptrdiff_t t = 0; t < length; t++) column[t * COLUMNS] = 0;
        }
      }
    }
    return;
  }
  for (ptrdiff_t t = 0; t < length; t++, b += row, to += COLUMNS) {
    ptrdiff_t j = 0;
    for (; j < whole; j += COLUMNS) EACH_VECTOR STORE(to + j * length + v * WIDTH, LOADED(b + j + v * WIDTH));
    if (j < width) {
      for (ptrdiff_t c = 0; c < COLUMNS; c++) to[j * length + c] = j + c < width ? b[j + c] : 0;
    }
  }
}

/* Writes columns of A, which are rows of its transpose, in groups of ROWS. */
static void turn(double *to, const double *a, ptrdiff_t row, ptrdiff_t length, ptrdiff_t count) {
  for (ptrdiff_t t = 0; t < length; t++, a += row) {
    double *group = to + t * ROWS;
    ptrdiff_t i = 0;
    for (; i + ROWS <= count; i += ROWS, group += length * ROWS) {
      _Pragma("GCC unroll 8") for (int r = 0; r < ROWS; r++) group[r] = a[i + r];
    }
    for (int r = 0; i + r < count; r++) group[r] = a[i + r];
  }
}

/*
 * Where the tile is and how it is finished; `turned` if the transpose of C is computed. Memory is asked for numbers of B that
 * lie `ahead` of those in use: rows of B that are not packed may be pages apart, which no processor foresees.
 */
struct target {
  double *c;
  ptrdiff_t row, width;
  double factor;
  int add, turned;
  ptrdiff_t ahead;
};

/* Distance to the panel after the next. */
#define AHEAD (2 * COLUMNS)

/* Some rows of op(A), whose number t of row r is at[r * down + t * across]. */
struct left {
  const double *at;
  ptrdiff_t down, across;
};

/* Some columns of op(B): panels of eight, `panel` apart, each with a row of eight after every `row` numbers. */
struct right {
  const double *at;
  ptrdiff_t panel, row, length, width;
};

/* Least number of columns that a tile computes: where fewer are left over, half of one is enough. */
#define HALF (WIDTH > COLUMNS / 2 ? COLUMNS : COLUMNS / 2)

/* Computes `rows` x 8 sums, or half of their columns, and finishes them. */
static inline __attribute__((always_inline)) void tile(int rows, int columns, struct left a, const double *b,
                                                       ptrdiff_t row, ptrdiff_t length, const struct target *to) {
  vector sums[ROWS][VECTORS];
#define EACH_ROW _Pragma("GCC unroll 8") for (int r = 0; r < rows; r++)
#undef EACH_VECTOR
#define EACH_VECTOR _Pragma("GCC unroll 4") for (int v = 0; v < columns / WIDTH; v++)
  EACH_ROW EACH_VECTOR sums[r][v] = SPLAT(0);
  const double *from[ROWS];
  EACH_ROW from[r] = a.at + r * a.down;
  /* Unrolled, since else the counting takes a twelfth of the instructions, in a loop that has none to spare. */
  _Pragma("GCC unroll 4") for (ptrdiff_t t = 0; t < length; t++, b += row) {
    vector right[VECTORS];
    EACH_VECTOR right[v] = LOADED(b + v * WIDTH);
    __builtin_prefetch(b + to->ahead);
    EACH_ROW {
      vector left = SPLAT(*from[r]);
      from[r] += a.across;
      EACH_VECTOR sums[r][v] = MULTIPLY_ADD(left, right[v], sums[r][v]);
    }
  }
  /* A compiler that knew the factor before the loop would keep it in a register that the loop needs. */
  __asm__("" : "+r"(to));
  vector factor = SPLAT(to->factor);
  EACH_ROW EACH_VECTOR sums[r][v] = factor * sums[r][v];
  double *c = to->c;
  if (to->turned) {
    double block[ROWS * COLUMNS];
    EACH_ROW EACH_VECTOR STORE(block + r * COLUMNS + v * WIDTH, sums[r][v]);
    for (ptrdiff_t j = 0; j < to->width; j++, c += to->row) {
      EACH_ROW c[r] = to->add ? c[r] + block[r * COLUMNS + j] : block[r * COLUMNS + j];
    }
    return;
  }
  if (to->width == columns) {
    if (to->add) {
      EACH_ROW EACH_VECTOR sums[r][v] = LOADED(c + r * to->row + v * WIDTH) + sums[r][v];
    }
    EACH_ROW EACH_VECTOR STORE(c + r * to->row + v * WIDTH, sums[r][v]);
    return;
  }
  double edge[COLUMNS];
  EACH_ROW {
    EACH_VECTOR STORE(edge + v * WIDTH, sums[r][v]);
    for (ptrdiff_t j = 0; j < to->width; j++) c[r * to->row + j] = to->add ? c[r * to->row + j] + edge[j] : edge[j];
  }
#undef EACH_ROW
}

/* The tiles of some rows and all columns. */
static inline __attribute__((always_inline)) void rows_of(int rows, struct left a, const struct right *b,
                                                          struct target to) {
  double *c = to.c;
  for (ptrdiff_t j = 0; j < b->width; j += COLUMNS) {
    to.c = to.turned ? c + j * to.row : c + j;
    to.width = least(COLUMNS, b->width - j);
    const double *at = b->at + j / COLUMNS * b->panel;
    if (to.width <= HALF) tile(rows, HALF, a, at, b->row, b->length, &to);
    else tile(rows, COLUMNS, a, at, b->row, b->length, &to);
  }
}

#define FEWER(n) \
  case n: rows_of(n < ROWS ? n : ROWS, a, b, to); return;

static inline __attribute__((always_inline)) void some_rows(ptrdiff_t height, struct left a, const struct right *b,
                                                            struct target to) {
  if (height >= ROWS) {
    rows_of(ROWS, a, b, to);
    return;
  }
  switch (height) { FEWER(1) FEWER(2) FEWER(3) FEWER(4) FEWER(5) FEWER(6) FEWER(7) }
}

/* Whether the rows of a transposed A lie so near to each other that they need not be packed. */
static inline int is_narrow(const struct matrices *of) { return of->row_a <= NARROW; }

/* Whether columns of B are read too seldom for a copy. A row that ends within a tile cannot be read where it lies. */
static inline int is_ready(const struct matrices *of, ptrdiff_t m, ptrdiff_t width) {
  return !of->turned_b && width % HALF == 0 && m <= 3 * ROWS;
}

/* The entry of C, or of its transpose, whose first tile begins there. */
static inline double *entry(const struct matrices *of, int turned, ptrdiff_t i, ptrdiff_t j) {
  return turned ? of->c + j * of->row_c + i : of->c + i * of->row_c + j;
}

/* Computes the product, or its transpose, whose left operand is then the transpose of B. */
static inline __attribute__((always_inline)) void multiply(const struct matrices *of, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                                                           int turned) {
  _Alignas(64) double packed[LONGEST * WIDEST], left[LONGEST * TURNED];
  const ptrdiff_t many = parts(k, LONGEST), longest = parts(k, many);
  const ptrdiff_t blocks = parts(n, WIDEST), widest = parts(parts(n, blocks), COLUMNS) * COLUMNS;
  for (ptrdiff_t j = 0; j < n; j += widest) {
    const ptrdiff_t width = least(widest, n - j);
    for (ptrdiff_t t = 0; t < k; t += longest) {
      const ptrdiff_t length = least(longest, k - t);
      const double *b = of->b + (of->turned_b ? j * of->row_b + t : t * of->row_b + j);
      struct right right = {b, COLUMNS, of->row_b, length, width};
      if (!is_ready(of, m, width)) {
        pack(packed, b, of->row_b, of->turned_b, length, width);
        right = (struct right){packed, COLUMNS * length, COLUMNS, length, width};
      }
      struct target to = {of->c, of->row_c, 0, of->factor, of->add || t > 0, turned, right.at == b ? AHEAD : 0};
      if (of->turned_a && !is_narrow(of)) {
        for (ptrdiff_t i = 0; i < m; i += TURNED) {
          const ptrdiff_t count = least(TURNED, m - i);
          turn(left, of->a + t * of->row_a + i, of->row_a, length, count);
          for (ptrdiff_t g = 0; g < count; g += ROWS) {
            to.c = entry(of, turned, i + g, j);
            some_rows(count - g, (struct left){left + g * length, 1, ROWS}, &right, to);
          }
        }
      } else {
        /* Two calls, so that the compiler knows one of the distances. */
        for (ptrdiff_t i = 0; i < m; i += ROWS) {
          to.c = entry(of, turned, i, j);
          if (of->turned_a) some_rows(m - i, (struct left){of->a + i + t * of->row_a, 1, of->row_a}, &right, to);
          else some_rows(m - i, (struct left){of->a + i * of->row_a + t, of->row_a, 1}, &right, to);
        }
      }
    }
  }
}

/*
 * Whether the transpose is computed: where B lies term by term and is the larger operand, so that the smaller one is packed;
 * and where A does not, and the other has few columns, so that rows of A are read from memory as they follow each other.
 */
static inline int gains_turned(const struct matrices *of, ptrdiff_t m, ptrdiff_t n) {
  return (of->turned_b && n >= 2 * m) || (of->turned_a && m >= 8 * n && n <= 2 * ROWS);
}

void FLUXION_NAME(product)(const struct matrices *of, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k) {
  if (!gains_turned(of, m, n)) {
    multiply(of, m, n, k, 0);
    return;
  }
  struct matrices other = *of;
  other.a = of->b;
  other.b = of->a;
  other.row_a = of->row_b;
  other.row_b = of->row_a;
  other.turned_a = !of->turned_b;
  other.turned_b = !of->turned_a;
  multiply(&other, n, m, k, 1);
}
