/*
 * Vectors of the width for which a file is compiled, and how many rows of eight numbers a tile of sums has: as many as the
 * processor has registers for, beside those of the operands.
 */
#include <stddef.h>
#include <stdint.h>

#define COLUMNS 8

#if defined(__AVX512F__)
#include <immintrin.h>
typedef __m512d vector;
#define WIDTH 8
#define ROWS 8
#define LOADED(p) _mm512_loadu_pd(p)
#define STORE(p, v) _mm512_storeu_pd(p, v)
#define SPLAT(x) _mm512_set1_pd(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_pd(a, b, c)
#elif defined(__AVX2__)
#include <immintrin.h>
typedef __m256d vector;
#define WIDTH 4
#define ROWS 6
#define LOADED(p) _mm256_loadu_pd(p)
#define STORE(p, v) _mm256_storeu_pd(p, v)
#define SPLAT(x) _mm256_set1_pd(x)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_pd(a, b, c)
#elif defined(__FMA__)
#include <immintrin.h>
typedef __m128d vector;
#define WIDTH 2
#define ROWS 3
#define LOADED(p) _mm_loadu_pd(p)
#define STORE(p, v) _mm_storeu_pd(p, v)
#define SPLAT(x) _mm_set1_pd(x)
#define MULTIPLY_ADD(a, b, c) _mm_fmadd_pd(a, b, c)
#else
#include <arm_neon.h>
typedef float64x2_t vector;
#define WIDTH 2
#define ROWS 4
#define LOADED(p) vld1q_f64(p)
#define STORE(p, v) vst1q_f64(p, v)
#define SPLAT(x) vdupq_n_f64(x)
#define MULTIPLY_ADD(a, b, c) vfmaq_f64(c, a, b)
#endif

#define VECTORS (COLUMNS / WIDTH)
#define EACH_VECTOR _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++)

static inline ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
