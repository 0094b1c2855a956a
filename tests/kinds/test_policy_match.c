#include "kinds/policy_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"

/* "10.0.0.0/16 > any4 partial", one part after the other with a comma between them. */
static const char *
text_of(struct arena *arena, const char *match)
{
	struct policy_match parsed = policy_match_read(arena, match);
	const char *text = "";

	for (size_t i = 0; i < parsed.count; i++) {
		const struct policy_match_part *part = &parsed.parts[i];
		const struct prefix *sides[2] = {&part->source, &part->destination};

		assert_int_equal(part->source.address.family, part->destination.address.family);
		for (size_t side = 0; side < 2; side++) {
			char prefix[PREFIX_TEXT_SIZE];

			assert_false(prefix_has_host_bits(sides[side]));
			text = arena_printf(arena, "%s%s%s", text,
				side ? " > "
				: i  ? ", "
				     : "",
				sides[side]->length ? prefix_format(sides[side], prefix)
				: sides[side]->address.family == FAMILY_4 ? "any4"
									  : "any6");
		}
		if (part->partial)
			text = arena_printf(arena, "%s partial", text);
	}
	return text;
}

static void
a_match_is_read_as_sources_and_destinations(void **state)
{
	static const struct {
		const char *match;
		const char *parts;
	} rows[] = {
		{"ip4.src == 10.0.0.0/16", "10.0.0.0/16 > any4"},
		{"ip4.src==10.0.5.6/16", "10.0.0.0/16 > any4"},
		{"ip6.dst == fd00:2::/64", "any6 > fd00:2::/64"},
		{" ip4.dst\t== 172.31.0.5 ", "any4 > 172.31.0.5/32"},
		{"172.31.0.0/16 == ip4.dst", "any4 > 172.31.0.0/16"},
		{"ip4.src == 10.0.0.0/16 && ip4.dst == 172.31.0.0/16",
			"10.0.0.0/16 > 172.31.0.0/16"},
		{"ip4.src == 10.0.0.0/16 || ip6.src == fd00::/8",
			"10.0.0.0/16 > any4, fd00::/8 > any6"},
		{"ip4.dst == {10.1.0.0/16, 10.2.0.0/16 10.3.0.1}",
			"any4 > 10.1.0.0/16, any4 > 10.2.0.0/16, any4 > 10.3.0.1/32"},
		{"ip4.src == 10.0.0.0/8 && ip4.src == 10.5.0.0/16", "10.5.0.0/16 > any4"},
		{"ip4.src == 10.0.0.0/16 && ip4.src == 11.0.0.0/16", ""},
		{"ip4.src == 10.0.0.0/16 && ip6", ""},
		{"ip4", "any4 > any4"},
		{"!ip4", "any6 > any6"},
		{"ip", "any4 > any4, any6 > any6"},
		{"1", "any4 > any4, any6 > any6"},
		{"0", ""},
		{"!1", ""},
		{"!0 && ip6", "any6 > any6"},
		{"(ip4.src == 10.0.0.0/16) && (ip4 || ip6)", "10.0.0.0/16 > any4"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(text_of(*state, rows[i].match), rows[i].parts);
}

static void
what_is_not_about_addresses_makes_a_match_partial(void **state)
{
	static const struct {
		const char *match;
		const char *parts;
	} rows[] = {
		{"ip4.src == 10.0.0.0/16 && tcp.dst == 80", "10.0.0.0/16 > any4 partial"},
		{"ip4.src == 10.0.0.0/16 && tcp", "10.0.0.0/16 > any4 partial"},
		{"ip4.src == 10.0.0.0/16 && !tcp", "10.0.0.0/16 > any4 partial"},
		{"ip4 && inport == \"vpc-1-net1\"", "any4 > any4 partial"},
		{"ip4.src == $pods_ip4", "any4 > any4 partial"},
		{"ip4.dst == {10.1.0.0/16, $others}", "any4 > 10.1.0.0/16, any4 > any4 partial"},
		{"10.0.0.1 <= ip4.src <= 10.0.0.9", "any4 > any4 partial"},
		{"ip4.src == 10.0.0.0/255.255.0.0", "any4 > any4 partial"},
		{"ip4.src == fd00::/8", "any4 > any4 partial"},
		{"ip4 && ip.ttl[0..3] == 1", "any4 > any4 partial"},
		{"ip4 && 0 < tcp.dst < 1024", "any4 > any4 partial"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(text_of(*state, rows[i].match), rows[i].parts);
}

static bool
is_matched(const struct policy_match *match, const char *from, const char *to)
{
	struct address source, destination;
	const char *reason;

	assert_true(address_parse(from, &source, &reason));
	assert_true(address_parse(to, &destination, &reason));
	for (size_t i = 0; i < match->count; i++)
		if (prefix_contains(&match->parts[i].source, &source) &&
			prefix_contains(&match->parts[i].destination, &destination)) {
			assert_false(match->parts[i].partial);
			return true;
		}
	return false;
}

static void
what_a_match_leaves_out_is_left_out_exactly(void **state)
{
	static const struct {
		const char *match;
		const char *source;
		const char *destination;
		bool matched;
	} rows[] = {
		{"ip4.src == 10.0.0.0/16 && ip4.dst != 172.31.0.0/16", "10.0.1.1", "172.31.0.1",
			false},
		{"ip4.src == 10.0.0.0/16 && ip4.dst != 172.31.0.0/16", "10.0.1.1", "172.30.255.255",
			true},
		{"ip4.src == 10.0.0.0/16 && ip4.dst != 172.31.0.0/16", "10.0.1.1", "172.32.0.0",
			true},
		{"ip4.src == 10.0.0.0/16 && ip4.dst != 172.31.0.0/16", "10.1.0.0", "8.8.8.8",
			false},
		{"ip4.dst != {172.31.0.0/16, 10.0.0.0/8}", "1.1.1.1", "10.9.9.9", false},
		{"ip4.dst != {172.31.0.0/16, 10.0.0.0/8}", "1.1.1.1", "172.31.9.9", false},
		{"ip4.dst != {172.31.0.0/16, 10.0.0.0/8}", "1.1.1.1", "11.0.0.0", true},
		{"!(ip4.dst == 172.31.0.0/16)", "10.0.1.1", "172.31.0.1", false},
		{"!(ip4.dst == 172.31.0.0/16)", "10.0.1.1", "9.9.9.9", true},
		{"!(ip4.dst == 1.0.0.0/8 || ip4.src == 2.0.0.0/8)", "2.2.2.2", "9.9.9.9", false},
		{"!(ip4.dst == 1.0.0.0/8 || ip4.src == 2.0.0.0/8)", "3.3.3.3", "1.1.1.1", false},
		{"!(ip4.dst == 1.0.0.0/8 || ip4.src == 2.0.0.0/8)", "3.3.3.3", "9.9.9.9", true},
		{"!(ip4.dst == 1.1.1.1 && ip4.src == 2.2.2.2)", "2.2.2.2", "1.1.1.1", false},
		{"!(ip4.dst == 1.1.1.1 && ip4.src == 2.2.2.2)", "2.2.2.2", "9.9.9.9", true},
		{"!(ip4.dst != 1.1.1.1)", "2.2.2.2", "1.1.1.1", true},
		{"!!(ip4.dst == 1.1.1.1)", "2.2.2.2", "1.1.1.2", false},
		{"ip6.dst != fd00:2::/64", "fd00::1", "fd00:2::9", false},
		{"ip6.dst != fd00:2::/64", "fd00::1", "fd00:2:0:1::9", true},
		{"ip6.dst != fd00:2::9", "fd00::1", "fd00:2::9", false},
		{"ip6.dst != fd00:2::9", "fd00::1", "fd00:2::8", true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct policy_match match = policy_match_read(*state, rows[i].match);

		if (is_matched(&match, rows[i].source, rows[i].destination) != rows[i].matched)
			fail_msg("%s: %s > %s", rows[i].match, rows[i].source, rows[i].destination);
	}
}

static void
what_does_not_parse_matches_nothing(void **state)
{
	static const char *const rows[] = {"", " ", "ip4.src ==", "== 10.0.0.0/16", "(ip4", "ip4)",
		"ip4 &&", "ip4 & ip6", "ip4.src == {", "ip4.src == {}", "ip4.src == {10.0.0.0/16",
		"ip4 && ip6 || tcp", "ip4 ip6", "inport == \"open", "ip4.src[0 == 1",
		"1 < tcp.dst <", "!", "()", "ip4.src == ,"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(policy_match_read(*state, rows[i]).count, 0);
}

static const char *
repeated(struct arena *arena, const char *start, const char *part, size_t times, const char *end)
{
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, 1 << 20);
	buffer_append_text(&text, start);
	for (size_t i = 0; i < times; i++)
		buffer_append_text(&text, part);
	buffer_append_text(&text, end);
	return arena_text(arena, buffer_text(&text));
}

static void
a_match_too_large_to_follow_is_partly_everything(void **state)
{
	const char *sums =
		repeated(*state, "ip4.dst == {", "10.0.0.1 ", POLICY_MATCH_PARTS + 1, "}");
	const char *products =
		repeated(*state, "ip6.src != fd00::1", " && ip6.dst != fd00::1", 5000, "");
	const char *wide = repeated(*state, "(ip4)", " && (ip4)", 100, "");
	const char *deep = repeated(*state, "", "(", 5000, "ip4");

	assert_string_equal(text_of(*state, sums), "any4 > any4 partial, any6 > any6 partial");
	assert_string_equal(text_of(*state, products), "any4 > any4 partial, any6 > any6 partial");
	assert_in_range(arena_used(*state), 1, 16 << 20);
	assert_string_equal(text_of(*state, wide), "any4 > any4");
	assert_string_equal(text_of(*state, deep), "");
}

static int
set_up(void **state)
{
	*state = arena_new(64 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_match_is_read_as_sources_and_destinations),
		cmocka_unit_test(what_is_not_about_addresses_makes_a_match_partial),
		cmocka_unit_test(what_a_match_leaves_out_is_left_out_exactly),
		cmocka_unit_test(what_does_not_parse_matches_nothing),
		cmocka_unit_test(a_match_too_large_to_follow_is_partly_everything),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
