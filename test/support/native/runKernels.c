/*
 * Runs a native kernel on the memory in a file, for processors that are emulated:
 *
 *     runKernels FILE loop TABLE
 *     runKernels FILE convolution TABLE
 *     runKernels FILE rows INPUT OUT COUNT LENGTH
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fluxion_use(int most);
void fluxion_loop(size_t memory, uint32_t table);
void fluxion_convolution(size_t memory, uint32_t table);
void fluxion_rows(size_t memory, uint32_t input, uint32_t out, uint32_t count, uint32_t length);

int main(int count, char **words) {
  if (count < 4 || fluxion_use(8) == 0) return 2;
  FILE *file = fopen(words[1], "r+b");
  if (file == NULL) return 3;
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file);
  rewind(file);
  char *memory = malloc(size);
  if (fread(memory, 1, size, file) != size) return 4;
  uint32_t numbers[4] = {0};
  for (int i = 0; i < 4 && i + 3 < count; i++) numbers[i] = strtoul(words[i + 3], NULL, 10);
  if (strcmp(words[2], "loop") == 0) fluxion_loop((size_t)memory, numbers[0]);
  else if (strcmp(words[2], "convolution") == 0) fluxion_convolution((size_t)memory, numbers[0]);
  else fluxion_rows((size_t)memory, numbers[0], numbers[1], numbers[2], numbers[3]);
  rewind(file);
  return fwrite(memory, 1, size, file) == size && fclose(file) == 0 ? 0 : 5;
}
