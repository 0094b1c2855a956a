#include "network/prefix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct prefix
prefix_of(const char *text)
{
	const char *reason = "";
	struct prefix prefix;

	if (!prefix_parse(text, &prefix, &reason))
		fail_msg("%s: %s", text, reason);
	return prefix;
}

static struct address
address_of(const char *text)
{
	const char *reason = "";
	struct address address;

	if (!address_parse(text, &address, &reason))
		fail_msg("%s: %s", text, reason);
	return address;
}

static void
prefix_parse_accepts_what_go_accepts_and_format_is_canonical(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{"10.0.0.0/16", "10.0.0.0/16"},
		{"10.0.0.1/30", "10.0.0.1/30"},
		{"10.0.0.0/030", "10.0.0.0/30"},
		{"10.0.0.0/0000000000000000000000016", "10.0.0.0/16"},
		{"0.0.0.0/00", "0.0.0.0/0"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"255.255.255.255/32", "255.255.255.255/32"},
		{"240.0.0.1/4", "240.0.0.1/4"},
		{"FD69:00FE::0001/126", "fd69:fe::1/126"},
		{"2001:db8:0:0:0:0:0:1/64", "2001:db8::1/64"},
		{"0:0:0:0:0:0:0:0/0", "::/0"},
		{"::/128", "::/128"},
		{"1::/16", "1::/16"},
		{"::1/127", "::1/127"},
		{"2001:db8:0:1:1:1:1:1/64", "2001:db8:0:1:1:1:1:1/64"},
		{"2001:0:0:1:0:0:0:1/64", "2001:0:0:1::1/64"},
		{"2001:db8:0:0:1:0:0:1/64", "2001:db8::1:0:0:1/64"},
		{"1:2:3:4:5:6:7::/112", "1:2:3:4:5:6:7:0/112"},
		{"::2:3:4:5:6:7:8/112", "0:2:3:4:5:6:7:8/112"},
		{"1:0:0:0:0:0:0:0/16", "1::/16"},
		{"::102:304/128", "::102:304/128"},
		{"::1.2.3.4/128", "::102:304/128"},
		{"64:ff9b::10.0.0.1/96", "64:ff9b::a00:1/96"},
		{"1:2:3:4:5:6:10.0.0.1/96", "1:2:3:4:5:6:a00:1/96"},
		{"::ffff:10.0.0.1/120", "::ffff:10.0.0.1/120"},
		{"::ffff:0a00:0001/120", "::ffff:10.0.0.1/120"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"},
	};
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix prefix = prefix_of(cases[i].text);

		assert_string_equal(prefix_format(&prefix, text), cases[i].canonical);
	}
}

static void
prefix_parse_refuses_what_go_refuses_and_says_why(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{"", "the prefix is empty"},
		{"10.0.0.0", "the prefix length is missing"},
		{"10.0.0.0/", "the prefix length is missing"},
		{"/16", "the address is empty"},
		{" 10.0.0.0/16", "a blank is not allowed"},
		{"10.0.0.0/16 ", "a blank is not allowed"},
		{"10.0.0.0 /16", "a blank is not allowed"},
		{"10.0.0.0/+30", "the prefix length is not a number"},
		{"10.0.0.0/-1", "the prefix length is not a number"},
		{"10.0.0.0/16/8", "the prefix length is not a number"},
		{"10.0.0.0/1x", "the prefix length is not a number"},
		{"10.0.0.0/33", "the prefix length is above 32"},
		{"10.0.0.0/99999999999999999999", "the prefix length is above 32"},
		{"fd00::/129", "the prefix length is above 128"},
		{"10.0.00.1/16", "a number of the address has a leading zero"},
		{"010.0.0.1/16", "a number of the address has a leading zero"},
		{"10.0.0.256/16", "a number of the address is above 255"},
		{"10.0.0/16", "an IPv4 address has four numbers"},
		{"10.0.0.0.0/16", "an IPv4 address has four numbers"},
		{"10..0.0/16", "an IPv4 address is four numbers with dots between them"},
		{"0x0a.0.0.1/16", "an IPv4 address has four numbers"},
		{"10.0.0.1a/16", "an IPv4 address has a character that does not belong there"},
		{"167772160/16", "this is not an IP address"},
		{"fe80::1%eth0/64", "a zone is not allowed"},
		{"fe80::1%/64", "a zone is not allowed"},
		{"1::2::3/64", "an IPv6 address has \"::\" twice"},
		{"1:2:3/64", "an IPv6 address has eight groups, or \"::\" in place of some"},
		{"1:2:3:4:5:6:7:8:9/64", "an IPv6 address has more than eight groups"},
		{"1:2:3:4:5:6:7:8:/64", "an IPv6 address has more than eight groups"},
		{"1:2:3:4::5:6:7:8/64", "\"::\" must stand for at least one group"},
		{"::1:2:3:4:5:6:7:8/64", "\"::\" must stand for at least one group"},
		{":1::/64", "an IPv6 address has a group without digits"},
		{"1:/64", "an IPv6 address has a group without digits"},
		{":::/64", "an IPv6 address has a group without digits"},
		{"00001::/64", "a group of an IPv6 address has at most four digits"},
		{"g::/64", "an IPv6 address has a group without digits"},
		{"1g::/64", "an IPv6 address has a character that does not belong there"},
		{"::ffff:10.0.0.01/120", "a number of the address has a leading zero"},
		{"::ffff:10.0.0/120", "an IPv4 address has four numbers"},
		{"1:2:3:4:5:6:7:10.0.0.1/96", "an embedded IPv4 address must be the last 32 bits"},
		{"1:2:10.0.0.1/96", "an embedded IPv4 address must be the last 32 bits"},
		{"::10.0.0.1:1/96", "an embedded IPv4 address must be the last 32 bits"},
		{"\xd9\xa1\xd9\xa0.0.0.0/16",
			"an IPv4 address is four numbers with dots between them"},
		{"10.0.0.0/\xd9\xa1", "the prefix length is not a number"},
		{"00000000000000000000000000000000000000000000000000000000::/1",
			"the address is too long"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix prefix;
		const char *reason = "accepted";

		if (prefix_parse(cases[i].text, &prefix, &reason) ||
			strcmp(reason, cases[i].reason) != 0)
			fail_msg("\"%s\": %s", cases[i].text, reason);
		assert_false(prefix_parse(cases[i].text, &prefix, NULL));
	}
}

static void
address_is_unicast_tells_what_no_host_can_use(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{"10.0.0.1", NULL},
		{"240.0.0.1", NULL},
		{"fd00::1", NULL},
		{"::2", NULL},
		{"0.0.0.1", "0.0.0.0/8 is not usable"},
		{"127.0.0.1", "it is a loopback address"},
		{"224.0.0.1", "it is a multicast address"},
		{"239.255.255.255", "it is a multicast address"},
		{"255.255.255.255", "it is the broadcast address"},
		{"::", "it is the unspecified address"},
		{"::1", "it is a loopback address"},
		{"ff02::1", "it is a multicast address"},
		{"::ffff:10.0.0.1", "it is an IPv4 address written as IPv6"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address address = address_of(cases[i].text);
		const char *reason = NULL;

		assert_int_equal(address_is_unicast(&address, &reason), cases[i].reason == NULL);
		if (cases[i].reason)
			assert_string_equal(reason, cases[i].reason);
	}
}

static void
link_local_addresses_are_known_in_both_families(void **state)
{
	static const struct {
		const char *text;
		bool expected;
	} cases[] = {{"169.254.0.1", true}, {"169.255.0.1", false}, {"fe80::1", true},
		{"febf::1", true}, {"fec0::1", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address address = address_of(cases[i].text);

		assert_int_equal(address_is_link_local(&address), cases[i].expected);
	}
}

static void
networks_ends_and_successors_are_right_at_the_edges(void **state)
{
	static const struct {
		const char *text, *network, *last, *next;
	} cases[] = {
		{"10.0.5.77/24", "10.0.5.0/24", "10.0.5.255", "10.0.6.0/24"},
		{"10.0.0.1/31", "10.0.0.0/31", "10.0.0.1", "10.0.0.2/31"},
		{"10.0.0.255/32", "10.0.0.255/32", "10.0.0.255", "10.0.1.0/32"},
		{"1.2.3.4/0", "0.0.0.0/0", "255.255.255.255", NULL},
		{"255.255.255.255/32", "255.255.255.255/32", "255.255.255.255", NULL},
		{"128.0.0.0/1", "128.0.0.0/1", "255.255.255.255", NULL},
		{"fd00::3/127", "fd00::2/127", "fd00::3", "fd00::4/127"},
		{"fd00::ffff:ffff:ffff:ffff/128", "fd00::ffff:ffff:ffff:ffff/128",
			"fd00::ffff:ffff:ffff:ffff", "fd00:0:0:1::/128"},
		{"fd00::5/64", "fd00::/64", "fd00::ffff:ffff:ffff:ffff", "fd00:0:0:1::/64"},
		{"::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
		{"ffff:ffff:ffff:ffff::/64", "ffff:ffff:ffff:ffff::/64",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	};
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix prefix = prefix_of(cases[i].text), next;
		struct prefix network = prefix_network(&prefix);
		struct address last = prefix_last(&prefix);

		assert_string_equal(prefix_format(&network, text), cases[i].network);
		assert_int_equal(prefix_has_host_bits(&prefix),
			strcmp(cases[i].text, cases[i].network) != 0);
		assert_string_equal(address_format(&last, text), cases[i].last);
		assert_int_equal(prefix_next(&prefix, &next), cases[i].next != NULL);
		if (cases[i].next)
			assert_string_equal(prefix_format(&next, text), cases[i].next);
	}
}

static void
covering_and_overlap_follow_the_shorter_prefix_within_a_family(void **state)
{
	static const struct {
		const char *a, *b;
		bool covers, overlaps, equal;
	} cases[] = {
		{"10.0.0.0/16", "10.0.5.77/24", true, true, false},
		{"10.0.5.0/24", "10.0.0.0/16", false, true, false},
		{"10.0.0.1/24", "10.0.0.2/24", true, true, true},
		{"10.0.0.0/17", "10.0.128.0/17", false, false, false},
		{"0.0.0.0/0", "255.0.0.0/8", true, true, false},
		{"0.0.0.0/0", "::/0", false, false, false},
		{"10.0.0.0/31", "10.0.0.1/32", true, true, false},
		{"fd00::/127", "fd00::2/127", false, false, false},
		{"fd00::/64", "fd00::1/128", true, true, false},
		{"fd00:0:0:1::/64", "fd00::/48", false, true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix a = prefix_of(cases[i].a), b = prefix_of(cases[i].b);

		assert_int_equal(prefix_covers(&a, &b), cases[i].covers);
		assert_int_equal(prefix_overlaps(&a, &b), cases[i].overlaps);
		assert_int_equal(prefix_overlaps(&b, &a), cases[i].overlaps);
		assert_int_equal(prefix_equal(&a, &b), cases[i].equal);
	}
}

static void
addresses_are_ordered_by_family_and_then_by_value(void **state)
{
	static const char *const ordered[] = {"0.0.0.0", "10.0.0.1", "255.255.255.255",
		"::", "::ffff:1.2.3.4", "fd00::", "fd00::1"};

	(void)state;
	for (size_t i = 0; i < COUNT(ordered); i++)
		for (size_t j = 0; j < COUNT(ordered); j++) {
			struct address a = address_of(ordered[i]), b = address_of(ordered[j]);
			struct prefix host = prefix_of_address(&a);

			assert_int_equal(address_compare(&a, &b), (i > j) - (i < j));
			assert_int_equal(address_equal(&a, &b), i == j);
			assert_int_equal(prefix_contains(&host, &b), i == j);
		}
}

static void
the_nth_address_counts_from_the_network(void **state)
{
	static const struct {
		const char *prefix;
		unsigned n;
		const char *address;
	} cases[] = {
		{"169.254.0.1/30", 0, "169.254.0.0"},
		{"169.254.0.1/30", 2, "169.254.0.2"},
		{"169.254.0.1/31", 1, "169.254.0.1"},
		{"fd69::2/126", 1, "fd69::1"},
		{"fd69::1/127", 0, "fd69::"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[PREFIX_TEXT_SIZE];
		const char *reason;
		struct prefix prefix;
		struct address address;

		assert_true(prefix_parse(cases[i].prefix, &prefix, &reason));
		address = prefix_nth(&prefix, cases[i].n);
		assert_string_equal(address_format(&address, text), cases[i].address);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_address_counts_from_the_network),
		cmocka_unit_test(prefix_parse_accepts_what_go_accepts_and_format_is_canonical),
		cmocka_unit_test(prefix_parse_refuses_what_go_refuses_and_says_why),
		cmocka_unit_test(address_is_unicast_tells_what_no_host_can_use),
		cmocka_unit_test(link_local_addresses_are_known_in_both_families),
		cmocka_unit_test(networks_ends_and_successors_are_right_at_the_edges),
		cmocka_unit_test(covering_and_overlap_follow_the_shorter_prefix_within_a_family),
		cmocka_unit_test(addresses_are_ordered_by_family_and_then_by_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
