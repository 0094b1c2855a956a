/* The tree is the one that cJSON's parser builds, which is asked here as the second opinion. */
#include "format/json_build.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"

enum { MEMORY = 64 * 1024 * 1024, MUTATIONS = 400 };

static const char folder[] = "tests/format/corpus/json";

static bool
trees_equal(const cJSON *a, const cJSON *b)
{
	if ((a->type & 0xff) != (b->type & 0xff) || !a->child != !b->child)
		return false;
	if (cJSON_IsString(a) && strcmp(a->valuestring, b->valuestring) != 0)
		return false;
	if (cJSON_IsNumber(a) && memcmp(&a->valuedouble, &b->valuedouble, sizeof(double)) != 0)
		return false;
	if (!a->string != !b->string || (a->string && strcmp(a->string, b->string) != 0))
		return false;
	if (a->child && a->child->prev->next)
		return false;
	for (a = a->child, b = b->child; a && b; a = a->next, b = b->next)
		if (!trees_equal(a, b))
			return false;
	return !a && !b;
}

/* True when the text is good; the two trees are then the same. */
static bool
compare(const char *text, size_t length)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	/* A copy of just this size, so that a sanitizer sees each byte read too far. */
	char *copy = malloc(length + 1);
	struct json_scan scan;
	bool good;

	memcpy(copy, text, length);
	copy[length] = '\0';
	good = json_scan(copy, length, &json_request_limits, NULL, &scan, NULL);
	if (good) {
		cJSON *mine = json_build(arena, copy, length, &scan);
		cJSON *other = cJSON_ParseWithLengthOpts(copy, length + 1, NULL, 1);

		if (!mine || !other || !trees_equal(mine, other))
			fail_msg("%s", copy);
		cJSON_Delete(other);
	}
	free(copy);
	return good;
}

static void
texts_of_all_forms_give_the_tree_of_cjson(void **state)
{
	static const char *const texts[] = {"0", "-0", "17", "-17", "999999999999999",
		"9999999999999999", "1.5e3", "[1.25,-0.0,2E5,7]", "{\"a\":1.5,\"b\":[]}", "[[],{}]",
		"\"\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"",
		"\"\\uABCD\\uabcd\\udbff\\udfff\"", "{\"\\u0061\":\"a\\nb\",\"\":null}",
		"\"0123456789abcdef0123456789abcdef\\n\"",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", " [ true , false , null ] "};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_true(compare(texts[i], strlen(texts[i])));
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Changes some bytes to such as matter in JSON, or cuts the text. */
static size_t
mutate(char *text, size_t length, uint32_t *seed)
{
	static const char bytes[] = "\"\\{}[]:,0-.eu \n\x01\x80\xc3t";

	for (uint32_t changes = next_random(seed) % 3 + 1; changes > 0 && length > 0; changes--)
		text[next_random(seed) % length] = bytes[next_random(seed) % (sizeof bytes - 1)];
	return next_random(seed) % 8 == 0 ? next_random(seed) % (length + 1) : length;
}

static void
the_corpus_and_mutations_of_it_give_the_tree_of_cjson(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	static const char *const suffixes[] = {".json", NULL};
	const char **files = file_list(arena, folder, suffixes, NULL);
	uint32_t seed = 20260102;
	size_t good = 0;

	(void)state;
	assert_non_null(files);
	for (; *files; files++) {
		CLEANUP(buffer_dispose) struct buffer text;

		buffer_init(&text, MEMORY);
		assert_true(file_read(*files, &text, NULL));
		good += compare(buffer_text(&text), text.length);
		for (int i = 0; i < MUTATIONS && text.length > 0 && text.length < 8192; i++) {
			char *copy = malloc(text.length);

			memcpy(copy, text.data, text.length);
			good += compare(copy, mutate(copy, text.length, &seed));
			free(copy);
		}
	}
	assert_true(good > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_all_forms_give_the_tree_of_cjson),
		cmocka_unit_test(the_corpus_and_mutations_of_it_give_the_tree_of_cjson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
