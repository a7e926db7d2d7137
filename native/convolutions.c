/*
 * Products with the windows of images, without the matrix of windows. Compiled once for each width of vectors, with
 * FLUXION_NAME(x) as the name of its functions.
 *
 * Window q of an image X has place k at x[rows[q] + places[k]], where x is X with zeros around it. With F the filter:
 *
 *     forward   C[q, j] = sum_k x[rows[q] + places[k]] F[k, j]
 *     filter    C[k, j] = sum_q x[rows[q] + places[k]] D[q, j]
 *     image     x[rows[q] + places[k]] += sum_j D[q, j] F[k, j], then X is the inside of x
 *     sum       C[q, j] = sum_k x[rows[q] + places[k, j]], where columns j are neighbours in x
 *     spread    x[rows[q] + places[k, j]] += D[q, j], then X is the inside of x
 *
 * One kernel computes the first three: some rows times eight columns, each of whose sums is one chain of fused multiply-adds in
 * the order of the definition. So no bit depends on the width of the vectors or on the number of rows.
 */
#include <string.h>

#include "simd.h"

/* Longest part of a chain of `forward`, so that its part of the filter stays in the first cache. */
#define PART 256
/* Windows whose products are added up before they join the sum of `filter`. */
#define BLOCK 128

#define EACH_ROW _Pragma("GCC unroll 8") for (int r = 0; r < ROWS; r++)

/* Places and sizes, as src/autodiff/float64/native/convolution.ts writes them. Places are offsets from the memory's start. */
struct product {
  int32_t role, accumulate, images, group, windows, places, columns, padded;
  uint32_t image, image_size, matrix, matrix_row, matrix_column, matrix_split, matrix_outer, other, other_row, packed;
  uint32_t around, around_size, block, sums;
  uint32_t rows_table, places_table, runs_table, runs;
  int32_t factor[2];
};

enum { FORWARD, FILTER, IMAGE, SUM, SPREAD };

/* A tile of a result in registers. */
typedef vector tile[ROWS][VECTORS];

static inline __attribute__((always_inline)) void zero(tile sums) {
  EACH_ROW EACH_VECTOR sums[r][v] = SPLAT(0);
}

/* sums[r][j] += sum_t from[r][index[t]] b[t * distance + j]. */
static inline __attribute__((always_inline)) void multiply(tile sums, const double *const from[ROWS],
                                                           const int32_t *index, ptrdiff_t count, const double *b,
                                                           ptrdiff_t distance) {
  const double *at[ROWS];
  EACH_ROW at[r] = from[r];
  for (ptrdiff_t t = 0; t < count; t++, b += distance) {
    ptrdiff_t place = index[t];
    vector right[VECTORS];
    EACH_VECTOR right[v] = LOADED(b + v * WIDTH);
    EACH_ROW {
      vector left = SPLAT(at[r][place]);
      EACH_VECTOR sums[r][v] = MULTIPLY_ADD(left, right[v], sums[r][v]);
    }
  }
}

/* Adds a row of a tile to eight numbers. */
static inline __attribute__((always_inline)) void add_row(double *to, const vector row[VECTORS]) {
  EACH_VECTOR STORE(to + v * WIDTH, LOADED(to + v * WIDTH) + row[v]);
}

static double factor_of(const struct product *p) {
  double factor;
  memcpy(&factor, p->factor, sizeof factor);
  return factor;
}

/*
 * Writes factor times a matrix (length x width) as panels of eight columns, the last of which ends with zeros. Row
 * a * split + b of the matrix begins at a * outer + b * down.
 */
static void pack(double *to, const double *from, ptrdiff_t length, ptrdiff_t width, ptrdiff_t down, ptrdiff_t right,
                 ptrdiff_t split, ptrdiff_t outer, double factor) {
  for (ptrdiff_t j = 0; j < width; j += COLUMNS) {
    for (ptrdiff_t a = 0; a < length; a += split, from += outer) {
      for (ptrdiff_t b = 0; b < split; b++) {
        const double *row = from + b * down;
        for (ptrdiff_t c = 0; c < COLUMNS; c++) *to++ = j + c < width ? factor * row[(j + c) * right] : 0;
      }
    }
    from -= length / split * outer;
  }
}

static void copy(double *to, const double *from, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i];
}

static void clear(double *to, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) to[i] = 0;
}

/* Moves images between their place and that with zeros around them. */
static void move(char *memory, const struct product *p, ptrdiff_t first, ptrdiff_t count, int back) {
  const int32_t *runs = (const int32_t *)(memory + p->runs_table);
  for (ptrdiff_t g = 0; g < count; g++) {
    double *image = (double *)(memory + p->image) + (first + g) * (ptrdiff_t)p->image_size;
    double *around = (double *)(memory + p->around) + g * (ptrdiff_t)p->around_size;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)p->runs; i++) {
      const int32_t *run = runs + 3 * i;
      if (back) copy(image + run[1], around + run[0], run[2]);
      else copy(around + run[0], image + run[1], run[2]);
    }
  }
}

static double *start_of(char *memory, const struct product *p, ptrdiff_t first) {
  return p->padded ? (double *)(memory + p->around) : (double *)(memory + p->image) + first * (ptrdiff_t)p->image_size;
}

static void forward(char *memory, const struct product *p, ptrdiff_t first, ptrdiff_t count) {
  const int32_t *rows = (const int32_t *)(memory + p->rows_table), *places = (const int32_t *)(memory + p->places_table);
  const double *x = start_of(memory, p, first), *packed = (const double *)(memory + p->packed);
  const ptrdiff_t windows = count * p->windows, length = p->places, n = p->columns;
  double *out = (double *)(memory + p->other) + first * p->windows * (ptrdiff_t)p->other_row;
  for (ptrdiff_t part = 0; part < length; part += PART) {
    for (ptrdiff_t j = 0; j < n; j += COLUMNS) {
      const ptrdiff_t width = least(COLUMNS, n - j);
      for (ptrdiff_t q = 0; q < windows; q += ROWS) {
        const double *from[ROWS];
        double *to = out + q * (ptrdiff_t)p->other_row + j, edge[COLUMNS];
        const ptrdiff_t row = p->other_row, height = least(ROWS, windows - q);
        tile sums;
        EACH_ROW from[r] = x + rows[r < height ? q + r : q];
        if (part == 0 && !p->accumulate) {
          zero(sums);
        } else if (height == ROWS && width == COLUMNS) {
          EACH_ROW EACH_VECTOR sums[r][v] = LOADED(to + r * row + v * WIDTH);
        } else {
          EACH_ROW {
            for (ptrdiff_t c = 0; c < COLUMNS; c++) edge[c] = r < height && c < width ? to[r * row + c] : 0;
            EACH_VECTOR sums[r][v] = LOADED(edge + v * WIDTH);
          }
        }
        multiply(sums, from, places + part, least(PART, length - part), packed + j * length + part * COLUMNS, COLUMNS);
        if (height == ROWS && width == COLUMNS) {
          EACH_ROW EACH_VECTOR STORE(to + r * row + v * WIDTH, sums[r][v]);
        } else {
          EACH_ROW if (r < height) {
            EACH_VECTOR STORE(edge + v * WIDTH, sums[r][v]);
            copy(to + r * row, edge, width);
          }
        }
      }
    }
  }
}

static void filter(char *memory, const struct product *p, ptrdiff_t first, ptrdiff_t count) {
  const int32_t *rows = (const int32_t *)(memory + p->rows_table), *places = (const int32_t *)(memory + p->places_table);
  const double *x = start_of(memory, p, first);
  double *sums = (double *)(memory + p->sums), *block = (double *)(memory + p->block);
  const ptrdiff_t windows = count * p->windows, length = p->places, n = p->columns, wide = (n + 7) / 8 * 8;
  const double *matrix = (const double *)(memory + p->matrix) + first * p->windows * (ptrdiff_t)p->matrix_row;
  for (ptrdiff_t q = 0; q < windows; q += BLOCK) {
    const ptrdiff_t height = least(BLOCK, windows - q);
    const double *right = matrix + q * (ptrdiff_t)p->matrix_row;
    ptrdiff_t distance = p->matrix_row;
    if (wide != n) {
      for (ptrdiff_t i = 0; i < height; i++) {
        copy(block + i * wide, right + i * distance, n);
        clear(block + i * wide + n, wide - n);
      }
      right = block;
      distance = wide;
    }
    for (ptrdiff_t k = 0; k < length; k += ROWS) {
      const double *from[ROWS];
      const ptrdiff_t many = least(ROWS, length - k);
      EACH_ROW from[r] = x + places[r < many ? k + r : k];
      for (ptrdiff_t j = 0; j < n; j += COLUMNS) {
        tile found;
        zero(found);
        multiply(found, from, rows + q, height, right + j, distance);
        EACH_ROW if (r < many) add_row(sums + (k + r) * wide + j, found[r]);
      }
    }
  }
}

static void image(char *memory, const struct product *p, ptrdiff_t first, ptrdiff_t count) {
  const int32_t *rows = (const int32_t *)(memory + p->rows_table), *places = (const int32_t *)(memory + p->places_table);
  /* Places 0, 1, 2, ... stand behind those of the windows. */
  const int32_t *each = places + p->places;
  double *x = start_of(memory, p, first);
  const double *packed = (const double *)(memory + p->packed);
  const ptrdiff_t windows = count * p->windows, length = p->places, n = p->columns;
  const double *other = (const double *)(memory + p->other) + first * p->windows * (ptrdiff_t)p->other_row;
  for (ptrdiff_t k = 0; k < length; k += COLUMNS) {
    const ptrdiff_t width = least(COLUMNS, length - k);
    int dense = width == COLUMNS;
    for (ptrdiff_t c = 1; c < width; c++) dense &= places[k + c] == places[k] + c;
    for (ptrdiff_t q = 0; q < windows; q += ROWS) {
      const double *from[ROWS];
      const ptrdiff_t height = least(ROWS, windows - q);
      tile sums;
      EACH_ROW from[r] = other + (r < height ? q + r : q) * (ptrdiff_t)p->other_row;
      zero(sums);
      multiply(sums, from, each, n, packed + k * n, COLUMNS);
      if (dense) {
        EACH_ROW if (r < height) add_row(x + rows[q + r] + places[k], sums[r]);
      } else {
        EACH_ROW if (r < height) {
          double edge[COLUMNS], *to = x + rows[q + r];
          EACH_VECTOR STORE(edge + v * WIDTH, sums[r][v]);
          for (ptrdiff_t c = 0; c < width; c++) to[places[k + c]] += edge[c];
        }
      }
    }
  }
}

/* to[j] += sum_k from[places[k, j]] */
static inline void gather(double *to, const double *from, const int32_t *places, ptrdiff_t count, ptrdiff_t n) {
  ptrdiff_t j = 0;
  for (; j + COLUMNS <= n; j += COLUMNS) {
    vector sums[VECTORS];
    EACH_VECTOR sums[v] = LOADED(to + j + v * WIDTH);
    for (ptrdiff_t k = 0; k < count; k++) {
      const double *x = from + places[k * n] + j;
      EACH_VECTOR sums[v] = sums[v] + LOADED(x + v * WIDTH);
    }
    EACH_VECTOR STORE(to + j + v * WIDTH, sums[v]);
  }
  for (; j < n; j++) {
    double sum = to[j];
    for (ptrdiff_t k = 0; k < count; k++) sum += from[places[k * n] + j];
    to[j] = sum;
  }
}

static void sum(char *memory, const struct product *p, ptrdiff_t first, ptrdiff_t count) {
  const int32_t *rows = (const int32_t *)(memory + p->rows_table), *places = (const int32_t *)(memory + p->places_table);
  const double *x = start_of(memory, p, first);
  const ptrdiff_t n = p->columns;
  double *out = (double *)(memory + p->other) + first * p->windows * n;
  if (!p->accumulate) clear(out, count * p->windows * n);
  for (ptrdiff_t q = 0; q < count * p->windows; q++) gather(out + q * n, x + rows[q], places, p->places / n, n);
}

static void spread(char *memory, const struct product *p, ptrdiff_t first, ptrdiff_t count) {
  const int32_t *rows = (const int32_t *)(memory + p->rows_table), *places = (const int32_t *)(memory + p->places_table);
  double *x = start_of(memory, p, first);
  const ptrdiff_t n = p->columns, many = p->places / n;
  const double *other = (const double *)(memory + p->other) + first * p->windows * n;
  for (ptrdiff_t q = 0; q < count * p->windows; q++) {
    const double *from = other + q * n;
    for (ptrdiff_t k = 0; k < many; k++) {
      double *to = x + rows[q] + places[k * n];
      ptrdiff_t j = 0;
      for (; j + COLUMNS <= n; j += COLUMNS) {
        EACH_VECTOR STORE(to + j + v * WIDTH, LOADED(to + j + v * WIDTH) + LOADED(from + j + v * WIDTH));
      }
      for (; j < n; j++) to[j] += from[j];
    }
  }
}

static void finish_filter(char *memory, const struct product *p) {
  const ptrdiff_t length = p->places, n = p->columns, wide = (n + 7) / 8 * 8;
  const double *sums = (const double *)(memory + p->sums);
  double *out = (double *)(memory + p->other);
  const double factor = factor_of(p);
  for (ptrdiff_t k = 0; k < length; k++) {
    for (ptrdiff_t j = 0; j < n; j++) {
      double *to = out + k * (ptrdiff_t)p->other_row + j;
      double found = factor * sums[k * wide + j];
      *to = p->accumulate ? *to + found : found;
    }
  }
}

void FLUXION_NAME(convolution)(char *memory, uint32_t table) {
  const struct product *p = (const struct product *)(memory + table);
  const ptrdiff_t length = p->places, n = p->columns;
  const double *matrix = (const double *)(memory + p->matrix);
  double *packed = (double *)(memory + p->packed);
  if (p->role == FORWARD) {
    pack(packed, matrix, length, n, p->matrix_row, p->matrix_column, p->matrix_split, p->matrix_outer, factor_of(p));
  }
  if (p->role == IMAGE) pack(packed, matrix, n, length, p->matrix_column, p->matrix_row, n, 0, factor_of(p));
  if (p->role == FILTER) clear((double *)(memory + p->sums), length * ((n + 7) / 8 * 8));
  if (p->padded) clear((double *)(memory + p->around), (ptrdiff_t)p->group * p->around_size);
  for (ptrdiff_t first = 0; first < p->images; first += p->group) {
    const ptrdiff_t count = least(p->group, p->images - first);
    if (p->role == IMAGE || p->role == SPREAD) {
      if (!p->accumulate) clear(start_of(memory, p, first), count * (ptrdiff_t)p->around_size);
      else if (p->padded) move(memory, p, first, count, 0);
      if (p->role == IMAGE) image(memory, p, first, count);
      else spread(memory, p, first, count);
      if (p->padded) move(memory, p, first, count, 1);
    } else {
      if (p->padded) move(memory, p, first, count, 0);
      if (p->role == FORWARD) forward(memory, p, first, count);
      else if (p->role == SUM) sum(memory, p, first, count);
      else filter(memory, p, first, count);
    }
  }
  if (p->role == FILTER) finish_filter(memory, p);
}
