/* The precision that a file is built for. Every file of kernels is built twice, for float64 and, with SINGLE, for float32;
   what it shows to others is called by the precision. */
#ifndef MICROGRAD_PRECISION_H
#define MICROGRAD_PRECISION_H

#include <stdint.h>

#define JOINED_(a, b) a##b
#define JOINED(a, b) JOINED_(a, b)

#ifdef SINGLE
typedef float real;
#define REAL_BYTES 4
typedef int32_t whole; /* a whole number with as many bits */
typedef uint32_t bits;
#define PRECISE(name) JOINED(name, _single)
#define LANES 16 /* lanes are computed in groups of this many: the widest vector */
#else
typedef double real;
#define REAL_BYTES 8
typedef int64_t whole;
typedef uint64_t bits;
#define PRECISE(name) JOINED(name, _double)
#define LANES 8
#endif

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline, unused))
#else
#define INLINE static __inline
#endif

#endif
