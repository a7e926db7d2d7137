/* What a product of matrices is given. */
#include <stddef.h>

/* The places of the matrices, the distances between their rows as they lie in memory, and how they are read. */
struct matrices {
  const double *a, *b;
  double *c;
  ptrdiff_t row_a, row_b, row_c;
  int turned_a, turned_b, add;
  double factor;
};
