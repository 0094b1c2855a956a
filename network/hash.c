#include "network/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

uint64_t
hash_word(uint64_t hash, uint64_t word)
{
	/* Odd constants without a pattern: digits of the golden ratio and of the square root of 3.
	 */
	unsigned __int128 product = (unsigned __int128)(hash ^ UINT64_C(0x9e3779b97f4a7c15)) *
				    (word ^ UINT64_C(0xbb67ae8584caa73b));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
hash_text(uint64_t hash, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	size_t at = 0;
	uint64_t word;

	for (; length - at >= sizeof word; at += sizeof word) {
		memcpy(&word, text + at, sizeof word);
		hash = hash_word(hash, word);
	}
	word = 0;
	if (length > at)
		memcpy(&word, text + at, length - at);
	return hash_word(hash_word(hash, word), text ? length : UINT64_MAX);
}

uint64_t
hash_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		abort();
	return seed;
}
