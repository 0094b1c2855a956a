#include "kinds/address_list.h"

#include <string.h>

static const char write_prefix[] =
	"write an address and its prefix length, for example 169.254.0.1/30 or fd69::1/126";
static const char write_network[] = "write a network, for example 10.0.0.0/16 or fd00:10::/64";
static const char write_address[] = "write one address, for example 169.254.0.2 or fd69::2";

const char *
address_list_next(struct arena *arena, const char **rest)
{
	const char *text = *rest;
	size_t length;

	if (!text)
		return NULL;
	length = strcspn(text, ",");
	if (!text[length]) {
		*rest = NULL;
		return text;
	}
	*rest = text + length + 1;
	return arena_text_part(arena, text, length);
}

/* What Subnets may not overlap: no such packet is forwarded, and Kube-OVN refuses them as well. */
static bool
meets_special_range(const struct prefix *prefix, const char **reason)
{
	static const struct {
		struct prefix range;
		const char *reason;
	} special[] = {
		{{{UINT64_C(0x00000000) << 32, 0, FAMILY_4}, 32},
			"the range holds the unspecified address"},
		{{{UINT64_C(0x7F000000) << 32, 0, FAMILY_4}, 8},
			"the range meets the loopback range 127.0.0.0/8"},
		{{{UINT64_C(0xA9FE0000) << 32, 0, FAMILY_4}, 16},
			"the range meets the link-local range 169.254.0.0/16"},
		{{{UINT64_C(0xE0000000) << 32, 0, FAMILY_4}, 4},
			"the range meets the multicast range 224.0.0.0/4"},
		{{{UINT64_C(0xFFFFFFFF) << 32, 0, FAMILY_4}, 32},
			"the range holds the broadcast address"},
		{{{0, 0, FAMILY_6}, 128}, "the range holds the unspecified address"},
		{{{0, 1, FAMILY_6}, 128}, "the range holds the loopback address"},
		{{{UINT64_C(0xFE80) << 48, 0, FAMILY_6}, 10},
			"the range meets the link-local range fe80::/10"},
		{{{UINT64_C(0xFF00) << 48, 0, FAMILY_6}, 8},
			"the range meets the multicast range ff00::/8"},
	};

	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (prefix_overlaps(&special[i].range, prefix)) {
			*reason = special[i].reason;
			return true;
		}
	return false;
}

static bool
is_usable(const struct prefix *prefix, enum address_list_use use, const char **reason)
{
	struct prefix network = prefix_network(prefix);

	if (prefix->length == 0 || prefix->length == prefix_bits(prefix->address.family)) {
		*reason = prefix->length
				  ? "a prefix of a single address has no room for a neighbour"
				  : "the prefix length 0 means all addresses";
		return false;
	}
	if (!address_is_unicast(&prefix->address, reason))
		return false;
	return use == ADDRESS_LIST_LINK || !meets_special_range(&network, reason);
}

struct address_list_prefixes
address_list_read_prefixes(
	const struct draft *draft, const char *text, struct field field, enum address_list_use use)
{
	struct address_list_prefixes list = {0};
	const char *hint = use == ADDRESS_LIST_LINK ? write_prefix : write_network;
	const char *rest = text;

	for (const char *part; (part = address_list_next(draft->arena, &rest)); list.parts++) {
		const char *reason = "the list has an empty part";
		struct prefix prefix;

		if (list.parts == ADDRESS_LIST_PARTS) {
			draft_flaw(draft, FLAW_ADDRESS, field, text, "the list has too many parts",
				hint);
			break;
		}
		if (*part && prefix_parse(part, &prefix, &reason) &&
			is_usable(&prefix, use, &reason))
			list.items[list.count++] = prefix;
		else
			draft_flaw(draft, FLAW_ADDRESS, field, *part ? part : text, reason, hint);
	}
	return list;
}

struct address_list_addresses
address_list_read_addresses(const struct draft *draft, const char *text, struct field field)
{
	struct address_list_addresses list = {0};
	const char *rest = text;
	size_t parts = 0;

	for (const char *part; (part = address_list_next(draft->arena, &rest)); parts++) {
		const char *reason = "the list has an empty part";
		struct address address;

		if (parts == ADDRESS_LIST_PARTS) {
			draft_flaw(draft, FLAW_ADDRESS, field, text, "the list has too many parts",
				write_address);
			break;
		}
		if (*part && address_parse(part, &address, &reason) &&
			address_is_unicast(&address, &reason))
			list.items[list.count++] = address;
		else
			draft_flaw(draft, FLAW_ADDRESS, field, *part ? part : text, reason,
				write_address);
	}
	return list;
}
