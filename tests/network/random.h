/* Random numbers for model tests: the seed is printed, and PEERWARDEN_SEED repeats a run. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

static inline void
random_start(void)
{
	const char *given = getenv("PEERWARDEN_SEED");

	random_state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	printf("PEERWARDEN_SEED=%llu\n", (unsigned long long)random_state);
}

/* splitmix64; below `limit`. */
static inline uint64_t
random_below(uint64_t limit)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % limit;
}
