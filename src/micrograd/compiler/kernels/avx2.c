/* The kernels for x86 processors with AVX2 and FMA. */
#include "program.h"
#ifdef MICROGRAD_HAS_AVX
#include <immintrin.h>
#define INSTRUCTION_SET micrograd_avx2
#define INSTRUCTION_SET_NAME "AVX2"
#define WIDTH (32 / REAL_BYTES)
#define TILE_REGISTERS 16
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#include "lanes.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
