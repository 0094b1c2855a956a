/* Hashes of plain data: multiply two words and fold the 128-bit product. Quick and well mixed;
 * collisions can be made on purpose by whoever knows the start value, so a table starts from a
 * random one and whoever compares by hash compares the content too. */
#pragma once

#include <stdint.h>

uint64_t hash_word(uint64_t hash, uint64_t word);
uint64_t hash_text(uint64_t hash, const char *text); /* NULL and "" differ */
uint64_t hash_seed(void);                            /* random for each run */
