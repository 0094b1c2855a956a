#include "base/jitter.h"

#include <stdlib.h>
#include <sys/random.h>

int64_t
jitter_between(int64_t lowest, int64_t highest)
{
	uint64_t random;

	/* So few bytes come whole and uninterrupted once the kernel's pool is ready. */
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		abort();
	return lowest + (int64_t)(random % (uint64_t)(highest - lowest + 1));
}

int64_t
jitter_longest(int64_t first, int64_t highest, unsigned failures)
{
	int64_t longest = first;

	for (; failures > 0 && longest < highest; failures--)
		longest *= 2;
	return longest < highest ? longest : highest;
}

int64_t
jitter_back_off(int64_t first, int64_t highest, unsigned failures)
{
	return jitter_between(0, jitter_longest(first, highest, failures));
}
