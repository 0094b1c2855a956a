#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
check(void *memory, size_t size)
{
	if (memory)
		return memory;
	fprintf(stderr, "out of memory (%zu bytes)\n", size);
	abort();
}

void *
memory_alloc(size_t size)
{
	return check(calloc(1, size ? size : 1), size);
}

void *
memory_resize(void *memory, size_t size)
{
	return check(realloc(memory, size ? size : 1), size);
}

char *
memory_text(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_alloc(size), text, size);
}
