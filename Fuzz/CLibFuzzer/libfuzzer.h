#include <stddef.h>
#include <stdint.h>

// The driver of libFuzzer, which comes with the toolchain's clang; linked by -sanitize=fuzzer.
// https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
