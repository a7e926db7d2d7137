/* A plugin of PJRT that fails in the way that FAKE_PJRT says: version, size, device, memory, lost, later, crowded or unknown. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *message;
  int code;
} Error;

static const char *mode(void) {
  const char *chosen = getenv("FAKE_PJRT");
  return chosen == NULL ? "" : chosen;
}
static int is(const char *name) { return strcmp(mode(), name) == 0; }

static Error memory = {"Out of memory allocating 8 bytes", 8};
static Error lost = {"CUDA_ERROR_ECC_UNCORRECTABLE: the device is gone", 13};
static Error strange = {"Unexpected option name passed to PJRT_Client_Create: preallocate", 3};
static Error none = {"No visible GPU devices.", 9};

static void *ok(void *arguments) {
  (void)arguments;
  return NULL;
}
static void message(uintptr_t *arguments) {
  const Error *error = (const Error *)arguments[2];
  arguments[3] = (uintptr_t)error->message;
  arguments[4] = strlen(error->message);
}
static void *code(uintptr_t *arguments) {
  arguments[3] = (uintptr_t)((const Error *)arguments[2])->code;
  return NULL;
}
static void *create(uintptr_t *arguments) {
  if (is("device")) return &none;
  /* An option: size, extension, name, length, kind, value, size of the value. */
  const uintptr_t *option = (const uintptr_t *)arguments[2];
  int spares = arguments[3] == 1 && option[0] == 56 && option[3] == 11 &&
               strncmp((const char *)option[2], "preallocate", 11) == 0 && option[4] == 4 && option[5] == 0;
  if (is("crowded") && !spares) return &memory;
  if (is("unknown") && arguments[3] != 0) return &strange;
  arguments[8] = 1;
  return NULL;
}
static void *name(uintptr_t *arguments) {
  arguments[3] = (uintptr_t) "fake";
  arguments[4] = 4;
  return NULL;
}
static uintptr_t devices[] = {1};
static void *addressable(uintptr_t *arguments) {
  arguments[3] = (uintptr_t)devices;
  arguments[4] = is("empty") ? 0 : 1;
  return NULL;
}
static void *description(uintptr_t *arguments) {
  arguments[3] = 1;
  return NULL;
}
static void *compile(uintptr_t *arguments) {
  arguments[6] = 1;
  return NULL;
}
static void *upload(uintptr_t *arguments) {
  if (is("memory")) return &memory;
  arguments[13] = 0;
  arguments[14] = 1;
  return NULL;
}
static int executions = 0;
static void *execute(uintptr_t *arguments) {
  if (is("lost") && ++executions > 3) return &lost;
  if (is("later") && ++executions > 6) return &lost;
  ((uintptr_t **)arguments[7])[0][0] = 1;
  return NULL;
}
static void *download(uintptr_t *arguments) {
  memset((void *)arguments[4], 0, arguments[5]);
  ((double *)arguments[4])[0] = 1;
  arguments[6] = 0;
  return NULL;
}

static uintptr_t table[128];

void *GetPjrtApi(void) {
  table[0] = sizeof table;
  int *version = (int *)&table[4];
  version[0] = is("version") ? 1 : 0;
  version[1] = 90;
  void **functions = (void **)&table[5];
  for (int i = 0; i < 120; i++) functions[i] = (void *)ok;
  functions[1] = (void *)message;
  functions[2] = (void *)code;
  functions[10] = (void *)create;
  functions[12] = functions[14] = functions[26] = (void *)name;
  functions[16] = (void *)addressable;
  functions[29] = (void *)description;
  functions[20] = (void *)compile;
  functions[22] = (void *)upload;
  functions[55] = (void *)execute;
  functions[70] = (void *)download;
  return table;
}
