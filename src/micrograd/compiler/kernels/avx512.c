/* The kernels for x86 processors with AVX-512. */
#include "program.h"
#ifdef MICROGRAD_HAS_AVX
#include <immintrin.h>
#define INSTRUCTION_SET micrograd_avx512
#define INSTRUCTION_SET_NAME "AVX-512"
#define WIDTH (64 / REAL_BYTES)
#define TILE_REGISTERS 32
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx2,fma")
#endif
#include "lanes.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
