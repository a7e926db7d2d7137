/*
 * Runs a native kernel on the memory in a file, for processors that are emulated:
 *
 *     runKernels FILE loop TABLE
 *     runKernels FILE convolution TABLE
 *     runKernels FILE product FLAGS M N K FACTOR A ROW_A B ROW_B C ROW_C
 *     runKernels FILE rows INPUT OUT COUNT LENGTH
 *     runKernels FILE combine OUT ALPHA Y BETA X N
 *     runKernels FILE orthogonalise V BASIS STRIDE M N ROUNDS
 *     runKernels FILE choose TO FROM ROWS COUNT WIDTH
 *     runKernels FILE adam MEAN ROOT FIELD POINT OUT DECAY FRESH SQUARE_DECAY SCALE SHIFT PULL N
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fluxion_use(int most);
void fluxion_loop(size_t memory, uint32_t table);
void fluxion_convolution(size_t memory, uint32_t table);
void fluxion_rows(size_t memory, uint32_t input, uint32_t out, uint32_t count, uint32_t length);
void fluxion_product(uint32_t flags, uint32_t m, uint32_t n, uint32_t k, double factor, size_t a, uint32_t row_a, size_t b,
                     uint32_t row_b, size_t c, uint32_t row_c);
void fluxion_combine(size_t out, double alpha, size_t y, double beta, size_t x, uint32_t n);
void fluxion_orthogonalise(size_t v, size_t basis, int32_t stride, uint32_t m, uint32_t n, uint32_t rounds);
void fluxion_choose(size_t to, size_t from, size_t rows, uint32_t count, uint32_t width);
void fluxion_adam(size_t mean, size_t root, size_t field, size_t point, size_t out, double decay, double fresh,
                  double square_decay, double scale, double shift, double pull, uint32_t n);

int main(int count, char **words) {
  if (count < 4 || fluxion_use(8) == 0) return 2;
  FILE *file = fopen(words[1], "r+b");
  if (file == NULL) return 3;
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file);
  rewind(file);
  char *memory = malloc(size);
  if (fread(memory, 1, size, file) != size) return 4;
  uint32_t numbers[12] = {0};
  double factors[12] = {0};
  for (int i = 0; i < 12 && i + 3 < count; i++) {
    numbers[i] = strtoul(words[i + 3], NULL, 10);
    factors[i] = strtod(words[i + 3], NULL);
  }
  size_t places[5];
  for (int i = 0; i < 5; i++) places[i] = (size_t)memory + numbers[i];
  if (strcmp(words[2], "loop") == 0) fluxion_loop((size_t)memory, numbers[0]);
  else if (strcmp(words[2], "convolution") == 0) fluxion_convolution((size_t)memory, numbers[0]);
  else if (strcmp(words[2], "product") == 0)
    fluxion_product(numbers[0], numbers[1], numbers[2], numbers[3], factors[4], (size_t)memory + numbers[5], numbers[6],
                    (size_t)memory + numbers[7], numbers[8], (size_t)memory + numbers[9], numbers[10]);
  else if (strcmp(words[2], "combine") == 0)
    fluxion_combine(places[0], factors[1], places[2], factors[3], places[4], numbers[5]);
  else if (strcmp(words[2], "orthogonalise") == 0)
    fluxion_orthogonalise(places[0], places[1], numbers[2], numbers[3], numbers[4], numbers[5]);
  else if (strcmp(words[2], "choose") == 0) fluxion_choose(places[0], places[1], places[2], numbers[3], numbers[4]);
  else if (strcmp(words[2], "adam") == 0)
    fluxion_adam(places[0], places[1], places[2], places[3], places[4], factors[5], factors[6], factors[7], factors[8],
                 factors[9], factors[10], numbers[11]);
  else fluxion_rows((size_t)memory, numbers[0], numbers[1], numbers[2], numbers[3]);
  rewind(file);
  return fwrite(memory, 1, size, file) == size && fclose(file) == 0 ? 0 : 5;
}
