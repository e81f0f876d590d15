/* In float32, numbers below 1.2e-38 are taken for zero while kernels run. x86 processors need a hundred times as long for each
   of them, and the tails of a softmax are full of them. Those of float64 (below 2.2e-308) are hardly ever met, and stay. */
#ifndef MICROGRAD_SUBNORMALS_H
#define MICROGRAD_SUBNORMALS_H

#include "precision.h"

#if defined(SINGLE) && (defined(__SSE__) || defined(_M_X64))
#include <xmmintrin.h>
/* Results become zero, and so do operands. */
#define FLUSH_RESULTS 0x8000
#define FLUSH_OPERANDS 0x0040
/* What the thread did before is returned: it does so again afterwards, since others count on it. */
static inline unsigned flush_subnormals(void) {
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | FLUSH_RESULTS | FLUSH_OPERANDS);
    return before;
}
static inline void restore_subnormals(unsigned before) { _mm_setcsr(before); }
#else
static inline unsigned flush_subnormals(void) { return 0; }
static inline void restore_subnormals(unsigned before) { (void)before; }
#endif

#endif
