/* What the passes over vectors are given. */
#include <stddef.h>
#include <stdint.h>

/* The vectors and numbers of a step of Adam; see src/linalg/adamPass.ts. */
struct adam {
  double *mean, *root;
  const double *field, *point;
  double *out;
  double decay, fresh, square_decay, scale, shift, pull;
};
