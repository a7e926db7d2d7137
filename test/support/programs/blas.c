/* A small BLAS that behaves as the test wants: other names, wrong sums, or kernels that OpenBLAS would choose. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef PREFIX
#define PREFIX
#endif
#ifndef SUFFIX
#define SUFFIX
#endif
#ifndef INTEGER
#define INTEGER int
#endif
#define JOIN3(a, b, c) a##b##c
#define JOIN2(a, b, c) JOIN3(a, b, c)
#define NAME(name) JOIN2(PREFIX, name, SUFFIX)

static const char *core = "Prescott";
static int threads = 2;

__attribute__((constructor)) static void choose(void) {
  const char *wanted = getenv("OPENBLAS_CORETYPE");
  if (wanted != NULL) core = strdup(wanted);
}

const char *NAME(openblas_get_corename)(void) { return core; }
const char *NAME(openblas_get_config)(void) { return "OpenBLAS 0.0.1 DYNAMIC_ARCH"; }
void NAME(openblas_set_num_threads)(int count) { threads = count; }

static double at(const double *matrix, int form, INTEGER ld, INTEGER row, INTEGER column) {
  return form == 111 ? matrix[row * ld + column] : matrix[column * ld + row];
}

void NAME(cblas_dgemm)(int order, int formA, int formB, INTEGER m, INTEGER n, INTEGER k, double alpha, const double *a,
                       INTEGER lda, const double *b, INTEGER ldb, double beta, double *c, INTEGER ldc) {
  (void)order;
#ifdef SLOW
  int times = strcmp(core, SLOW) == 0 ? 8 : 1;
#else
  int times = 1;
#endif
  for (INTEGER i = 0; i < m; i++) {
    for (INTEGER j = 0; j < n; j++) {
      volatile double sum = 0;
      for (int time = 0; time < times; time++) {
        sum = 0;
        for (INTEGER p = 0; p < k; p++) sum += at(a, formA, lda, i, p) * at(b, formB, ldb, p, j);
      }
#ifdef WRONG
      /* Wrong only where a kernel of many rows would be, as a remainder that is handled badly. */
      if (strcmp(core, WRONG) == 0 && i == 36) sum += 1;
#endif
      if (threads != 1) sum = -1;
      c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
    }
  }
}
