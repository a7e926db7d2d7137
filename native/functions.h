/*
 * Elementary functions of one number, written so that a compiler turns loops over them into vector code: no branches, no
 * calls, no tables. Every fused multiply-add is written out, and the compiler may add none (-ffp-contract=off), so that
 * the bits of a result do not depend on the compiler or on the width of its vectors.
 *
 * Each is accurate to 2 units in the last place over its whole range; infinities, NaN, subnormal numbers and -0 behave as
 * in IEEE 754. The coefficients are those of src/elementary/coefficients.ts; scripts/buildNative.ts writes them into
 * coefficients.h.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "coefficients.h"

#define FMA __builtin_fma
#define INFINITE __builtin_inf()
#define NOT_A_NUMBER __builtin_nan("")

/* Adding this number rounds to an integer, whose low bits are then the low bits of the sum. */
static const double shifter = 0x1.8p52;
static const uint64_t sign_bit = 0x8000000000000000u;

/*
 * Polynomials with 6, 7, 11 or 13 coefficients, the lowest power first. They are computed in groups of four, so that few
 * operations wait for others.
 */
#define FOUR(x, z, a, b, c, d) FMA(FMA(d, x, c), z, FMA(b, x, a))
#define POLYNOMIAL6(x, z, w, a, b, c, d, e, f) FMA(FMA(f, x, e), w, FOUR(x, z, a, b, c, d))
#define POLYNOMIAL7(x, z, w, a, b, c, d, e, f, g) FMA(FMA(g, z, FMA(f, x, e)), w, FOUR(x, z, a, b, c, d))
#define POLYNOMIAL11(x, z, w, a, b, c, d, e, f, g, h, i, j, k) \
  FMA(FMA(FMA(k, z, FMA(j, x, i)), w, FOUR(x, z, e, f, g, h)), w, FOUR(x, z, a, b, c, d))
#define POLYNOMIAL13(x, z, w, a, b, c, d, e, f, g, h, i, j, k, l, m) \
  FMA(FMA(FMA(m, w, FOUR(x, z, i, j, k, l)), w, FOUR(x, z, e, f, g, h)), w, FOUR(x, z, a, b, c, d))
#define EXPANDED(count, ...) POLYNOMIAL##count(__VA_ARGS__)
#define POLYNOMIAL(count, x, ...) EXPANDED(count, x, (x) * (x), ((x) * (x)) * ((x) * (x)), __VA_ARGS__)

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double number_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline double absolute(double x) { return number_of(bits_of(x) & ~sign_bit); }
static inline double negative(double x) { return number_of(bits_of(x) | sign_bit); }

/* |y| with the sign of x. */
static inline double with_sign(double x, double y) {
  return number_of((bits_of(y) & ~sign_bit) | (bits_of(x) & sign_bit));
}

/* 2^k for integers -1023 < k < 1024. */
static inline double power_of_two(double k) { return number_of((bits_of(k + shifter) + 1023) << 52); }

/* Splits x = k ln 2 + r with |r| <= ln 2 / 2, and returns r. */
static inline double reduce_by_ln2(double x, double *k) {
  double rounded = FMA(x, LOG2_E, shifter) - shifter;
  *k = rounded;
  return FMA(-rounded, LN2_TAIL, FMA(-rounded, LN2_HEAD, x));
}

/* e^r - 1 for |r| <= ln 2 / 2. */
static inline double small_expm1(double r) { return FMA(r * r, POLYNOMIAL(11, r, 0.5, EXPONENTIAL), r); }

/* e^x where the result is neither subnormal nor infinite. */
static inline double ordinary_exp(double x) {
  double k, small = small_expm1(reduce_by_ln2(x, &k));
  return (1 + small) * power_of_two(k);
}

/* e^x for every x, with the bits of `ordinary_exp` where that can be used. */
static inline double whole_exp(double x) {
  double k, bounded = x > 1000 ? 1000 : x;
  bounded = bounded < -1000 ? -1000 : bounded;
  double small = small_expm1(reduce_by_ln2(bounded, &k));
  /* The factor 2^k is applied in two steps, so that results below 2^-1022 are rounded once. */
  double half = FMA(k, 0.5, shifter) - shifter;
  return (1 + small) * power_of_two(half) * power_of_two(k - half);
}

static inline double fluxion_expm1(double x) {
  double k, bounded = x > 800 ? 800 : x;
  bounded = bounded < -50 ? -50 : bounded;
  double small = small_expm1(reduce_by_ln2(bounded, &k));
  /* e^x - 1 = 2^k (e^r - 1) + 2^k - 1. Where 2^k would be infinite, the last doubling comes at the end. */
  double power = power_of_two(k > 1023 ? 1023 : k);
  double value = FMA(small, power, power - 1);
  double doubled = k > 1024 ? INFINITE : 2 * value;
  value = k > 1023 ? doubled : value;
  return x == 0 ? x : value;
}

/* tanh x = (1 - e^-2|x|) / (1 + e^-2|x|), where e^-2|x| = 2^k (1 + p). */
static inline double tanh_of(double x, double p, double power) {
  return with_sign(x, FMA(-power, p, 1 - power) / FMA(power, p, 1 + power));
}

/* Beyond 50 it is 1. */
static inline double fluxion_tanh(double x) {
  double k, bounded = negative(2 * x);
  bounded = bounded < -100 ? -100 : bounded;
  double p = small_expm1(reduce_by_ln2(bounded, &k));
  return tanh_of(x, p, power_of_two(k));
}

/* Functions that are computed from e = e^-|x|. */
static inline double fluxion_sigmoid(double x, double e) {
  return (x >= 0 ? 1 : e) / (1 + e);
}

static inline double fluxion_logistic_density(double e) {
  double sum = 1 + e;
  return e / (sum * sum);
}

/* Splits u = 2^k (1 + f) with 1/sqrt 2 <= 1 + f < sqrt 2, for normal u > 0, and returns f. */
static inline double split_exponent(double u, double *k) {
  const uint64_t root = 0x3fe6a09e667f3bcdu;
  uint64_t raised = bits_of(u) + (0x3ff0000000000000u - root);
  *k = number_of((raised >> 52) | 0x4330000000000000u) - (0x1p52 + 1023);
  return number_of((raised & 0x000fffffffffffffu) + root) - 1;
}

/* k ln 2 + log(1 + f) + rest */
static inline double log_sum(double k, double f, double rest) {
  double t = f / (2 + f), z = t * t, half = 0.5 * f * f;
  double low = FMA(t, FMA(z, POLYNOMIAL(7, z, LOGARITHM), half), FMA(k, LN2_TAIL, rest));
  return k * LN2_HEAD - ((half - low) - f);
}

static inline double fluxion_log(double x) {
  double k, f = split_exponent(x < 0x1p-1022 ? x * 0x1p54 : x, &k);
  double value = log_sum(x < 0x1p-1022 ? k - 54 : k, f, 0);
  value = x == INFINITE ? x : value;
  value = x == 0 ? -INFINITE : value;
  return x >= 0 ? value : NOT_A_NUMBER;
}

/* log(1 + x) for finite x > -1. */
static inline double finite_log1p(double x) {
  double u = 1 + x, k, f = split_exponent(u, &k);
  double lost = x > 1 ? 1 - (u - x) : x - (u - 1);
  double rest = lost / u;
  return log_sum(k, k == 0 ? x : f, k == 0 ? 0 : rest);
}

static inline double fluxion_log1p(double x) {
  double value = finite_log1p(x);
  value = x == INFINITE || x == 0 ? x : value;
  value = x == -1 ? -INFINITE : value;
  return x >= -1 ? value : NOT_A_NUMBER;
}

static inline double fluxion_softplus(double x, double e) { return (x < 0 ? 0 : x) + finite_log1p(e); }

static inline double fluxion_erf(double x) {
  double size = absolute(x), z = x * x;
  double small = FMA(size, POLYNOMIAL(13, z, ERROR_SMALL), size);
  double bounded = size > 6 ? 6 : size;
  double y = (1 / FMA(bounded, 0.5, 1) - 11.0 / 24) * (24.0 / 5);
  double decay = ordinary_exp(-(bounded * bounded));
  double large = FMA(-decay, POLYNOMIAL(13, y, ERROR_LARGE), 1);
  return with_sign(x, size < 1 ? small : large);
}

static inline double fluxion_atan(double x) {
  double size = absolute(x);
  /* atan x = pi / 4 + atan((x - 1) / (x + 1)) = pi / 2 - atan(1 / x) */
  int middle = size > TAN_PI_8, large = size > TAN_3_PI_8;
  double numerator = large ? -1 : middle ? size - 1 : size;
  double denominator = large ? size : middle ? size + 1 : 1;
  double t = numerator / denominator, z = t * t;
  double head = large ? HALF_PI_HEAD : middle ? QUARTER_PI_HEAD : 0;
  double tail = large ? HALF_PI_TAIL : middle ? QUARTER_PI_TAIL : 0;
  return with_sign(x, head + (t + FMA(t * z, POLYNOMIAL(11, z, ARC_TANGENT), tail)));
}

/* x = (number of quarter turns) pi / 2 + y + rest with |y| <= pi / 4, up to whole turns. */
struct angle {
  double y, rest;
  uint64_t quadrant;
};

/* Size of x above which the reduction by pi / 2 in three parts is no longer exact. */
static const double turning = 1e6;

static inline struct angle small_angle(double x) {
  double shifted = FMA(x, TWO_OVER_PI, shifter), n = shifted - shifter;
  double first = x - n * HALF_PI_FIRST, second = n * HALF_PI_SECOND, t = first - second;
  double w = n * HALF_PI_THIRD - ((first - t) - second), y = t - w;
  return (struct angle){y, (t - y) - w, bits_of(shifted)};
}

/* Sine, or cosine with shift 1. */
static inline double sine_of(struct angle angle, int shift) {
  double y = angle.y, rest = angle.rest, z = y * y, half = 0.5 * z;
  double sine = y + FMA(y * z, POLYNOMIAL(6, z, SINE), rest * (1 - half));
  /* The part that rounding takes from 1 - z / 2 is added to the tail. */
  double head = 1 - half;
  double cosine = head + (((1 - head) - half) + FMA(z * z, POLYNOMIAL(6, z, COSINE), -(y * rest)));
  uint64_t quadrant = angle.quadrant + shift;
  double value = (quadrant & 1) != 0 ? cosine : sine;
  return number_of(bits_of(value) ^ ((quadrant & 2) << 62));
}

static inline double small_sine(double x, int shift) {
  double value = sine_of(small_angle(x), shift);
  return shift == 0 && x == 0 ? x : value;
}

/*
 * Reduces large angles by as many digits of 2 / pi as they need. x = m 2^e with an integer m below 2^53; bits of 2 / pi
 * above 2^(2 - e) only make whole turns, and of those below, 192 are enough.
 */
static struct angle large_angle(double x) {
  static const uint64_t words[] = {TWO_OVER_PI_WORDS};
  uint64_t bits = bits_of(x) & ~sign_bit, m = (bits & 0x000fffffffffffffu) | 0x0010000000000000u;
  /* The words begin with 64 zeros. */
  int place = (int)(bits >> 52) - 1075 - 2 + 64, word = place / 64, shift = place % 64;
  uint64_t part[3];
  for (int i = 0; i < 3; i++) {
    part[i] = words[word + i] << shift | (shift == 0 ? 0 : words[word + i + 1] >> (64 - shift));
  }
  /* Quarter turns: m times the parts, modulo 2^192, with the point after the second bit. */
  unsigned __int128 low = (unsigned __int128)m * part[2], middle = (unsigned __int128)m * part[1] + (uint64_t)(low >> 64);
  uint64_t high = m * part[0] + (uint64_t)(middle >> 64), next = (uint64_t)middle, last = (uint64_t)low;
  uint64_t quadrant = high >> 62;
  high = high << 2 | next >> 62, next = next << 2 | last >> 62, last <<= 2;
  uint64_t below = high >> 63;
  if (below != 0) high = ~high, next = ~next, last = ~last, quadrant++;
  /* The fraction, of which 106 bits are kept as the sum of two numbers. */
  int zeros = 0;
  while (high == 0 && zeros < 128) high = next, next = last, last = 0, zeros += 64;
  int more = high == 0 ? 0 : __builtin_clzll(high);
  if (more > 0) high = high << more | next >> (64 - more), next = next << more | last >> (64 - more), zeros += more;
  double head = (double)(high >> 11), tail = (double)((high & 0x7ff) << 42 | next >> 22) * 0x1p-53;
  double scale = number_of((uint64_t)(1023 - 53 - zeros) << 52);
  head *= scale, tail *= scale;
  double product = head * HALF_PI_HEAD;
  double rest = FMA(head, HALF_PI_HEAD, -product) + (head * HALF_PI_TAIL + tail * HALF_PI_HEAD);
  double y = product + rest;
  rest = (product - y) + rest;
  if (below != 0) y = -y, rest = -rest;
  return x < 0 ? (struct angle){-y, -rest, 4 - (quadrant & 3)} : (struct angle){y, rest, quadrant};
}

/* The same for every x. */
static inline double whole_sine(double x, int shift) {
  if (absolute(x) <= turning) return small_sine(x, shift);
  return absolute(x) < INFINITE ? sine_of(large_angle(x), shift) : NOT_A_NUMBER;
}

static inline double fluxion_sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

/*
 * Whether no number is larger than this, and none is NaN. Up to 708 `ordinary_exp` may be used, up to `turning`
 * `small_sine`.
 */
static inline int are_ordinary(ptrdiff_t n, const double *x, double largest) {
  const uint64_t most = bits_of(largest);
  uint64_t beyond = 0;
  _Pragma("omp simd reduction(| : beyond)") for (ptrdiff_t i = 0; i < n; i++) {
    beyond |= (int64_t)(bits_of(x[i]) & ~sign_bit) > (int64_t)most ? 1 : 0;
  }
  return beyond == 0;
}
