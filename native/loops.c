/*
 * Runs fused loops over arrays, as src/autodiff/float64/native/ describes them. Compiled once for each width of vectors,
 * with FLUXION_NAME(x) as the name of its functions.
 *
 * A loop is computed block by block. Each operation goes over a whole block before the next one begins, and what it makes
 * stays in the first cache. So an operation costs one call per block, and every operation is as wide as the processor.
 *
 * All orders of addition are those of eight lanes, however wide the processor is.
 */
#include "functions.h"

/* Numbers of a block; what the TypeScript side calls `block`. */
#define BLOCK FLUXION_BLOCK
#define LANES 8
#define EVERY _Pragma("omp simd") for (ptrdiff_t i = 0; i < n; i++)

typedef void operation(ptrdiff_t n, double *y, const double *a, const double *b, const double *c);

#define UNARY(name, value)                                                                      \
  static void of_##name(ptrdiff_t n, double *y, const double *a, const double *b, const double *c) { \
    (void)b, (void)c;                                                                           \
    EVERY {                                                                                     \
      double x = a[i];                                                                          \
      y[i] = value;                                                                             \
    }                                                                                           \
  }
/* The same for e^x and e^-|x|, which are computed in a shorter way if all numbers are ordinary. */
#define EXPONENTIAL_OF(name, argument)                                                               \
  static void of_##name(ptrdiff_t n, double *y, const double *a, const double *b, const double *c) { \
    (void)b, (void)c;                                                                                \
    if (are_ordinary(n, a, 708)) {                                                                   \
      EVERY {                                                                                        \
        double x = a[i];                                                                             \
        y[i] = ordinary_exp(argument);                                                               \
      }                                                                                              \
    } else {                                                                                         \
      EVERY {                                                                                        \
        double x = a[i];                                                                             \
        y[i] = whole_exp(argument);                                                                  \
      }                                                                                              \
    }                                                                                                \
  }
#define SINE_OF(name, shift)                                                                         \
  static void of_##name(ptrdiff_t n, double *y, const double *a, const double *b, const double *c) { \
    (void)b, (void)c;                                                                                \
    if (are_ordinary(n, a, turning)) {                                                               \
      EVERY y[i] = small_sine(a[i], shift);                                                          \
    } else {                                                                                         \
      for (ptrdiff_t i = 0; i < n; i++) y[i] = whole_sine(a[i], shift);                              \
    }                                                                                                \
  }
#define BINARY(name, value)                                                                     \
  static void of_##name(ptrdiff_t n, double *y, const double *a, const double *b, const double *c) { \
    (void)c;                                                                                    \
    EVERY {                                                                                     \
      double u = a[i], v = b[i];                                                                \
      y[i] = value;                                                                             \
    }                                                                                           \
  }

UNARY(copy, x)
UNARY(neg, number_of(bits_of(x) ^ sign_bit))
EXPONENTIAL_OF(exp, x)
EXPONENTIAL_OF(decay, negative(x))
UNARY(expm1, fluxion_expm1(x))
UNARY(log, fluxion_log(x))
UNARY(log1p, fluxion_log1p(x))
SINE_OF(sin, 0)
SINE_OF(cos, 1)
UNARY(sqrt, __builtin_sqrt(x))
UNARY(atan, fluxion_atan(x))
UNARY(tanh, fluxion_tanh(x))
UNARY(erf, fluxion_erf(x))
UNARY(abs, absolute(x))
UNARY(sign, fluxion_sign(x))
UNARY(floor, __builtin_floor(x))
UNARY(ceil, __builtin_ceil(x))
UNARY(round, __builtin_rint(x))
UNARY(not, x == 0 ? 1 : 0)
UNARY(densityOf, fluxion_logistic_density(x))
BINARY(sigmoidOf, fluxion_sigmoid(u, v))
BINARY(softplusOf, fluxion_softplus(u, v))
BINARY(add, u + v)
BINARY(sub, u - v)
BINARY(mul, u * v)
BINARY(div, u / v)
BINARY(max, u >= v || u != u ? u : v)
BINARY(min, u <= v || u != u ? u : v)
BINARY(less, u < v ? 1 : 0)
BINARY(lessEqual, u <= v ? 1 : 0)
BINARY(equal, u == v ? 1 : 0)

static void of_select(ptrdiff_t n, double *y, const double *a, const double *b, const double *c) {
  EVERY {
    double u = b[i], v = c[i];
    y[i] = a[i] != 0 ? u : v;
  }
}

/* tanh x, and at c logisticDensity(2 x). Either may be written over a, but not over the other. */
static void of_tanhSlope(ptrdiff_t n, double *y, const double *a, const double *b, const double *c) {
  (void)b;
  double *slope = (double *)c;
  if (are_ordinary(n, a, 354)) {
    EVERY {
      double x = a[i], k, p = small_expm1(reduce_by_ln2(negative(2 * x), &k)), power = power_of_two(k);
      slope[i] = fluxion_logistic_density((1 + p) * power);
      y[i] = tanh_of(x, p, power);
    }
  } else {
    EVERY {
      double x = a[i];
      slope[i] = fluxion_logistic_density(whole_exp(negative(2 * x)));
      y[i] = fluxion_tanh(x);
    }
  }
}

/* In the order of `nativeOperations`, which scripts/buildNative.ts writes into coefficients.h. */
#define ENTRY(name) of_##name,
static operation *const operations[] = {FLUXION_OPERATIONS(ENTRY)};

static double joined(const double *lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

static double total(ptrdiff_t n, const double *x) {
  double lanes[LANES] = {0};
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    _Pragma("omp simd") for (int l = 0; l < LANES; l++) lanes[l] += x[i + l];
  }
  for (int l = 0; i + l < n; l++) lanes[l] += x[i + l];
  return joined(lanes);
}

/*
 * How an array is read or written: the place of its first number, and the distances in bytes between the columns, the
 * rows and the passes of the outer loops.
 */
struct walk {
  uint32_t slot, place;
  int32_t column, row;
  int32_t outer[];
};

struct loop {
  uint32_t outer, rows, columns, block_rows, block_columns;
  uint32_t numbers, fills, reads, operations, writes, stores, sums;
};

/* A part of a loop that is computed at once. */
struct block {
  const uint32_t *passes;
  uint32_t outer;
  ptrdiff_t row, column, rows, columns;
};

static char *address(char *memory, const struct walk *walk, const struct block *block) {
  int64_t place = (int64_t)walk->place + (int64_t)block->row * walk->row + (int64_t)block->column * walk->column;
  for (uint32_t level = 0; level < block->outer; level++) {
    place += (int64_t)block->passes[level] * walk->outer[level];
  }
  return memory + place;
}

/* Writes what a walk shows row by row. */
static void fill(double *y, const char *from, const struct walk *walk, const struct block *block) {
  ptrdiff_t rows = block->rows, columns = block->columns;
  if (walk->column == 0) {
    for (ptrdiff_t r = 0; r < rows; r++, y += columns) {
      double x = *(const double *)(from + r * walk->row);
      for (ptrdiff_t i = 0; i < columns; i++) y[i] = x;
    }
  } else if (walk->column == 8) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(y + r * columns, from + r * walk->row, 8 * columns);
  } else {
    /* The longer way through memory stays outside. */
    for (ptrdiff_t i = 0; i < columns; i++) {
      const char *column = from + i * walk->column;
      for (ptrdiff_t r = 0; r < rows; r++) y[r * columns + i] = *(const double *)(column + r * walk->row);
    }
  }
}

static void add_up(char *to, const double *x, const struct walk *walk, const struct block *block) {
  ptrdiff_t rows = block->rows, columns = block->columns;
  if (walk->column == 0 && (walk->row == 0 || rows == 1)) {
    *(double *)to += total(rows * columns, x);
  } else if (walk->column == 0) {
    for (ptrdiff_t r = 0; r < rows; r++) *(double *)(to + r * walk->row) += total(columns, x + r * columns);
  } else if (walk->column == 8) {
    for (ptrdiff_t r = 0; r < rows; r++, x += columns) {
      double *y = (double *)(to + r * walk->row);
      _Pragma("omp simd") for (ptrdiff_t i = 0; i < columns; i++) y[i] += x[i];
    }
  } else {
    for (ptrdiff_t r = 0; r < rows; r++, x += columns) {
      for (ptrdiff_t i = 0; i < columns; i++) *(double *)(to + r * walk->row + i * walk->column) += x[i];
    }
  }
}

#define WALKS(type, name, count)                   \
  const uint32_t *name = at;                       \
  at += (count) * (sizeof(struct walk) / 4 + loop->outer);
#define WALK(list, i) ((const struct walk *)((list) + (i) * (sizeof(struct walk) / 4 + loop->outer)))

void FLUXION_NAME(loop)(char *memory, uint32_t table) {
  const uint32_t *at = (const uint32_t *)(memory + table);
  const struct loop *loop = (const struct loop *)at;
  at += sizeof *loop / 4;
  const uint32_t *counts = at, *numbers;
  at += loop->outer;
  numbers = at, at += 4 * loop->numbers;
  WALKS(walk, fills, loop->fills)
  WALKS(walk, reads, loop->reads)
  WALKS(walk, writes, loop->writes)
  WALKS(walk, stores, loop->stores)
  WALKS(walk, sums, loop->sums)
  const uint32_t *list = at;

  _Alignas(64) double registers[FLUXION_REGISTERS][BLOCK];
  double *slots[FLUXION_SLOTS];
  for (int i = 0; i < FLUXION_REGISTERS; i++) slots[i] = registers[i];
  for (uint32_t i = 0; i < loop->numbers; i++, numbers += 4) {
    double x = number_of((uint64_t)numbers[2] | (uint64_t)numbers[3] << 32);
    for (ptrdiff_t j = 0; j < BLOCK; j++) slots[numbers[0]][j] = x;
  }
  const char *filled[FLUXION_REGISTERS] = {0};
  ptrdiff_t filled_rows = 0;
  uint32_t passes[FLUXION_LEVELS] = {0};
  struct block block = {.passes = passes, .outer = loop->outer};
  for (;;) {
    for (block.row = 0; block.row < loop->rows; block.row += loop->block_rows) {
      ptrdiff_t rows = loop->rows - block.row;
      block.rows = rows < loop->block_rows ? rows : loop->block_rows;
      for (block.column = 0; block.column < loop->columns; block.column += loop->block_columns) {
        ptrdiff_t columns = loop->columns - block.column;
        block.columns = columns < loop->block_columns ? columns : loop->block_columns;
        ptrdiff_t n = block.rows * block.columns;
        /* What was filled before is still there if it came from the same place. */
        int again = n != filled_rows;
        filled_rows = n;
        for (uint32_t i = 0; i < loop->fills; i++) {
          const struct walk *walk = WALK(fills, i);
          const char *from = address(memory, walk, &block);
          if (!again && filled[walk->slot] == from) continue;
          filled[walk->slot] = from;
          fill(slots[walk->slot], from, walk, &block);
        }
        for (uint32_t i = 0; i < loop->reads; i++) {
          slots[WALK(reads, i)->slot] = (double *)address(memory, WALK(reads, i), &block);
        }
        for (uint32_t i = 0; i < loop->writes; i++) {
          slots[WALK(writes, i)->slot] = (double *)address(memory, WALK(writes, i), &block);
        }
        const uint32_t *op = list;
        for (uint32_t i = 0; i < loop->operations; i++, op += 5) {
          operations[op[0]](n, slots[op[1]], slots[op[2]], slots[op[3]], slots[op[4]]);
        }
        for (uint32_t i = 0; i < loop->sums; i++) {
          const struct walk *walk = WALK(sums, i);
          add_up(address(memory, walk, &block), slots[walk->slot], walk, &block);
        }
        for (uint32_t i = 0; i < loop->stores; i++) {
          const struct walk *walk = WALK(stores, i);
          memcpy(address(memory, walk, &block), slots[walk->slot], 8 * n);
        }
      }
    }
    uint32_t level = loop->outer;
    while (level > 0 && ++passes[level - 1] == counts[level - 1]) passes[--level] = 0;
    if (level == 0) return;
  }
}
