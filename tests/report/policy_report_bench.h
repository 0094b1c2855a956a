/* A policy report to be written from the findings of policy_report_samples.h, with what it needs.
 */
#pragma once

#include <string.h>

#include "tests/report/policy_report_samples.h"
#include "tests/support/arena_limit.h"

struct bench {
	struct arena *arena;
	struct findings findings;
	struct policy_report report;
	struct policy_report_outcome outcome;
	struct buffer out;
};

static inline int
set_up(void **state)
{
	static struct bench bench;

	bench = (struct bench){.arena = arena_new(64 << 20)};
	bench.findings.arena = bench.arena;
	bench.report = sample_report(&bench.findings, &sample_subnet);
	buffer_init(&bench.out, 16 << 20);
	*state = &bench;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct bench *bench = *state;

	buffer_dispose(&bench->out);
	arena_free(bench->arena);
	return 0;
}

/* The text lives in the arena. */
static inline const char *
write_text(struct bench *bench)
{
	struct error error;

	buffer_clear(&bench->out);
	if (!policy_report_write(
		    bench->arena, &bench->report, &bench->out, &bench->outcome, &error))
		fail_msg("%s", error.message);
	return arena_text(bench->arena, buffer_text(&bench->out));
}

static inline const struct json *
parse(struct arena *arena, const char *text)
{
	const struct json *root = json_parse(arena, text, strlen(text), &json_file_limits, NULL);

	assert_non_null(root);
	return root;
}

static inline const struct json *
write_tree(struct bench *bench)
{
	return parse(bench->arena, write_text(bench));
}

/* The value at the path, as text. */
static inline const char *
at(struct bench *bench, const struct json *root, const char *path)
{
	const struct json *value = json_nearest(root, path);

	return json_is_number(value) ? json_number_text(bench->arena, value) : json_text(value);
}

#define BENCH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
