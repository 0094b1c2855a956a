#include "network/prefix.h"

#include <stdio.h>
#include <string.h>

static bool
refuse(const char **reason, const char *words)
{
	if (reason)
		*reason = words;
	return false;
}

static bool
parse_length(const char *text, unsigned maximum, uint8_t *length, const char **reason)
{
	unsigned value = 0;

	if (*text == '\0')
		return refuse(reason, "the prefix length is missing");
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return refuse(reason, "the prefix length is not a number");
		value = value * 10 + (unsigned)(*text - '0');
		if (value > maximum)
			return refuse(reason, maximum == 32 ? "the prefix length is above 32"
							    : "the prefix length is above 128");
	}
	*length = (uint8_t)value;
	return true;
}

bool
prefix_parse(const char *text, struct prefix *prefix, const char **reason)
{
	const char *slash = strchr(text, '/');
	char address[PREFIX_TEXT_SIZE];
	struct prefix result = {.length = 0};

	if (*text == '\0')
		return refuse(reason, "the prefix is empty");
	if (strpbrk(text, " \t\r\n"))
		return refuse(reason, "a blank is not allowed");
	if (!slash)
		return refuse(reason, "the prefix length is missing");
	if ((size_t)(slash - text) >= sizeof address)
		return refuse(reason, "the address is too long");
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (!address_parse(address, &result.address, reason) ||
		!parse_length(
			slash + 1, prefix_bits(result.address.family), &result.length, reason))
		return false;
	*prefix = result;
	return true;
}

const char *
prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	size_t used;

	address_format(&prefix->address, text);
	used = strlen(text);
	snprintf(text + used, PREFIX_TEXT_SIZE - used, "/%u", prefix->length);
	return text;
}

unsigned
prefix_bits(enum family family)
{
	return family == FAMILY_4 ? 32 : 128;
}

struct prefix
prefix_of_address(const struct address *address)
{
	return (struct prefix){*address, (uint8_t)prefix_bits(address->family)};
}

/* The first `bits` bits of a half set; 0 to 64. */
static uint64_t
mask(unsigned bits)
{
	return bits == 0 ? 0 : UINT64_MAX << (64 - bits);
}

static uint64_t
mask_high(unsigned length)
{
	return mask(length < 64 ? length : 64);
}

static uint64_t
mask_low(unsigned length)
{
	return mask(length < 64 ? 0 : length - 64);
}

struct prefix
prefix_network(const struct prefix *prefix)
{
	struct prefix network = *prefix;

	network.address.high &= mask_high(prefix->length);
	network.address.low &= mask_low(prefix->length);
	return network;
}

bool
prefix_has_host_bits(const struct prefix *prefix)
{
	return (prefix->address.high & ~mask_high(prefix->length)) ||
	       (prefix->address.low & ~mask_low(prefix->length));
}

struct address
prefix_last(const struct prefix *prefix)
{
	struct address last = prefix->address;

	last.high |= ~mask_high(prefix->length);
	last.low |= ~mask_low(prefix->length);
	if (last.family == FAMILY_4) {
		last.high &= mask(32);
		last.low = 0;
	}
	return last;
}

bool
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length && prefix_overlaps(a, b);
}

bool
prefix_contains(const struct prefix *prefix, const struct address *address)
{
	if (prefix->address.family != address->family)
		return false;
	if (prefix->length <= 64)
		return prefix->length == 0 ||
		       (prefix->address.high ^ address->high) >> (64 - prefix->length) == 0;
	return prefix->address.high == address->high &&
	       (prefix->address.low ^ address->low) >> (128 - prefix->length) == 0;
}

bool
prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->length <= inner->length && prefix_contains(outer, &inner->address);
}

bool
prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return prefix_covers(a, b) || prefix_covers(b, a);
}

/* Adds one to the address at the last bit of a prefix length; false on overflow. */
bool
prefix_next(const struct prefix *prefix, struct prefix *next)
{
	struct prefix result = prefix_network(prefix);
	uint64_t step_low = prefix->length > 64 ? UINT64_C(1) << (128 - prefix->length) : 0;
	uint64_t step_high = prefix->length > 0 && prefix->length <= 64
				     ? UINT64_C(1) << (64 - prefix->length)
				     : 0;
	struct address *address = &result.address;

	if (prefix->length == 0)
		return false;
	address->low += step_low;
	address->high += step_high + (step_low && address->low == 0);
	if (address_compare(address, &prefix->address) <= 0)
		return false;
	*next = result;
	return true;
}

struct address
prefix_nth(const struct prefix *prefix, unsigned n)
{
	struct address address = prefix_network(prefix).address;

	if (address.family == FAMILY_4)
		address.high += (uint64_t)n << 32;
	else
		address.low += n;
	return address;
}
