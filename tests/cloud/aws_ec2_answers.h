/* For the tests of the decoders of EC2: an arena each, and what they compare with. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "cloud/aws_ec2.h"

enum { MEMORY = 1 << 20 };

static inline int
set_up(void **state)
{
	*state = arena_new(MEMORY);
	return 0;
}

static inline int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static inline const struct xml *
parse(struct arena *arena, const char *text)
{
	struct error error = {0};
	const struct xml *root = xml_parse(arena, text, strlen(text), &error);

	if (!root)
		fail_msg("%s: %s", text, error.message);
	return root;
}

/* "10.0.0.0/16 2001:db8::/56" */
static inline void
check_ranges(const struct aws_ranges *ranges, const char *expected)
{
	CLEANUP(buffer_dispose) struct buffer text;
	char one[PREFIX_TEXT_SIZE];

	buffer_init(&text, MEMORY);
	for (size_t i = 0; i < ranges->count; i++)
		buffer_printf(
			&text, "%s%s", i > 0 ? " " : "", prefix_format(&ranges->items[i], one));
	assert_string_equal(buffer_text(&text), expected);
}

static inline void
check_route(const struct aws_route *route, const char *destination, enum aws_target target,
	const char *target_id)
{
	char text[PREFIX_TEXT_SIZE];

	assert_int_equal(route->has_destination, !*route->prefix_list);
	assert_string_equal(route->has_destination ? prefix_format(&route->destination, text)
						   : route->prefix_list,
		destination);
	assert_int_equal(route->target, target);
	assert_string_equal(route->target_id, target_id);
}
