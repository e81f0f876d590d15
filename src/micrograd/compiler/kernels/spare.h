/* Memory that runs need again and again. */
#ifndef MICROGRAD_SPARE_H
#define MICROGRAD_SPARE_H
#include <stddef.h>

/* So many bytes, the first at the beginning of a cache line, whatever is in them; NULL where there are none. */
void *aligned_memory(size_t bytes);

/* Done with that memory; NULL is nothing. */
void aligned_free(void *memory);

/* Let memory be kept, from now on. Returns -1, with Python's error set, where that cannot be. */
int start_spare(void);
#endif
