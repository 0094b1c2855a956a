#include "network/address.h"

#include <stdio.h>
#include <string.h>

enum { GROUPS = 8 };

struct reader {
	const char *text;
	const char **reason;
};

static bool
refuse(const char **reason, const char *words)
{
	if (reason)
		*reason = words;
	return false;
}

static struct address
address_4(uint32_t value)
{
	return (struct address){.high = (uint64_t)value << 32, .family = FAMILY_4};
}

static bool
read_octet(struct reader *reader, unsigned *octet)
{
	const char *at = reader->text;
	unsigned value = 0;

	if (*at < '0' || *at > '9')
		return refuse(
			reader->reason, "an IPv4 address is four numbers with dots between them");
	if (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
		return refuse(reader->reason, "a number of the address has a leading zero");
	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (unsigned)(*at - '0');
		if (value > 255)
			return refuse(reader->reason, "a number of the address is above 255");
	}
	reader->text = at;
	*octet = value;
	return true;
}

static bool
read_address_4(struct reader *reader, uint32_t *address)
{
	uint32_t value = 0;
	unsigned octet = 0;

	for (int i = 0; i < 4; i++) {
		if (i > 0 && *reader->text++ != '.')
			return refuse(reader->reason, "an IPv4 address has four numbers");
		if (!read_octet(reader, &octet))
			return false;
		value = value << 8 | octet;
	}
	*address = value;
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The groups of an IPv6 address as they are read; `gap` is where "::" stood, or -1. */
struct groups {
	uint16_t items[GROUPS];
	int count;
	int gap;
};

static bool
read_embedded_4(struct reader *reader, struct groups *groups)
{
	uint32_t value = 0;

	if (groups->count > GROUPS - 2 || (groups->gap < 0 && groups->count != GROUPS - 2))
		return refuse(reader->reason, "an embedded IPv4 address must be the last 32 bits");
	if (!read_address_4(reader, &value))
		return false;
	if (*reader->text != '\0')
		return refuse(reader->reason, "an embedded IPv4 address must be the last 32 bits");
	groups->items[groups->count++] = (uint16_t)(value >> 16);
	groups->items[groups->count++] = (uint16_t)value;
	return true;
}

/* One group of hexadecimal digits, or the embedded IPv4 address that ends the text. */
static bool
read_group(struct reader *reader, struct groups *groups)
{
	const char *at = reader->text;
	unsigned value = 0;
	int digits = 0;

	for (; hex_digit(at[digits]) >= 0 && digits < 5; digits++)
		value = value << 4 | (unsigned)hex_digit(at[digits]);
	if (at[digits] == '.')
		return read_embedded_4(reader, groups);
	if (digits == 0)
		return refuse(reader->reason, "an IPv6 address has a group without digits");
	if (digits > 4)
		return refuse(reader->reason, "a group of an IPv6 address has at most four digits");
	groups->items[groups->count++] = (uint16_t)value;
	reader->text = at + digits;
	return true;
}

static bool
read_groups(struct reader *reader, struct groups *groups)
{
	bool ended = false;

	if (reader->text[0] == ':' && reader->text[1] == ':') {
		groups->gap = 0;
		reader->text += 2;
		ended = *reader->text == '\0';
	}
	while (!ended && groups->count < GROUPS) {
		if (!read_group(reader, groups))
			return false;
		if (*reader->text == '\0')
			break;
		if (*reader->text != ':')
			return refuse(reader->reason,
				"an IPv6 address has a character that does not belong there");
		reader->text++;
		if (*reader->text == ':') {
			if (groups->gap >= 0)
				return refuse(reader->reason, "an IPv6 address has \"::\" twice");
			groups->gap = groups->count;
			reader->text++;
			ended = *reader->text == '\0';
		} else if (groups->count == GROUPS) {
			return refuse(reader->reason, "an IPv6 address has more than eight groups");
		}
	}
	return *reader->text == '\0' ||
	       refuse(reader->reason, "an IPv6 address has more than eight groups");
}

static bool
parse_6(const char *text, struct address *address, const char **reason)
{
	struct reader reader = {text, reason};
	struct groups groups = {.gap = -1};
	uint64_t halves[2] = {0, 0};

	if (!read_groups(&reader, &groups))
		return false;
	if (groups.gap < 0 && groups.count < GROUPS)
		return refuse(
			reason, "an IPv6 address has eight groups, or \"::\" in place of some");
	if (groups.gap >= 0 && groups.count == GROUPS)
		return refuse(reason, "\"::\" must stand for at least one group");
	for (int i = 0; i < groups.count; i++) {
		bool after = groups.gap >= 0 && i >= groups.gap;
		int place = after ? i + GROUPS - groups.count : i;

		halves[place / 4] |= (uint64_t)groups.items[i] << (48 - 16 * (place % 4));
	}
	*address = (struct address){halves[0], halves[1], FAMILY_6};
	return true;
}

static bool
parse_4(const char *text, struct address *address, const char **reason)
{
	struct reader reader = {text, reason};
	uint32_t value = 0;

	if (!read_address_4(&reader, &value))
		return false;
	if (*reader.text == '.')
		return refuse(reason, "an IPv4 address has four numbers");
	if (*reader.text != '\0')
		return refuse(reason, "an IPv4 address has a character that does not belong there");
	*address = address_4(value);
	return true;
}

bool
address_parse(const char *text, struct address *address, const char **reason)
{
	if (*text == '\0')
		return refuse(reason, "the address is empty");
	if (strpbrk(text, " \t\r\n"))
		return refuse(reason, "a blank is not allowed");
	if (strchr(text, '/'))
		return refuse(reason, "a prefix length is not allowed");
	if (strchr(text, '%'))
		return refuse(reason, "a zone is not allowed");
	if (strchr(text, ':'))
		return parse_6(text, address, reason);
	if (strchr(text, '.'))
		return parse_4(text, address, reason);
	return refuse(reason, "this is not an IP address");
}

static unsigned
group_at(const struct address *address, unsigned index)
{
	uint64_t half = index < 4 ? address->high : address->low;

	return (unsigned)(half >> (48 - 16 * (index % 4))) & 0xffff;
}

/* RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equal ones. */
static void
find_gap(const struct address *address, int *start, int *length)
{
	int run = 0;

	*start = -1;
	*length = 1;
	for (int i = 0; i < GROUPS; i++) {
		run = group_at(address, i) == 0 ? run + 1 : 0;
		if (run > *length) {
			*length = run;
			*start = i - run + 1;
		}
	}
}

static void
format_6(const struct address *address, char text[PREFIX_TEXT_SIZE])
{
	size_t used = 0;
	int start, length;

	find_gap(address, &start, &length);
	for (int i = 0; i < GROUPS; i++) {
		if (i == start) {
			used += (size_t)snprintf(text + used, PREFIX_TEXT_SIZE - used, "::");
			i += length - 1;
			continue;
		}
		used += (size_t)snprintf(text + used, PREFIX_TEXT_SIZE - used, "%s%x",
			i == 0 || i == start + length ? "" : ":", group_at(address, i));
	}
}

const char *
address_format(const struct address *address, char text[PREFIX_TEXT_SIZE])
{
	uint32_t value = (uint32_t)(address->high >> 32);

	if (address->family == FAMILY_4)
		snprintf(text, PREFIX_TEXT_SIZE, "%u.%u.%u.%u", value >> 24, value >> 16 & 255,
			value >> 8 & 255, value & 255);
	else if (address_is_mapped(address))
		snprintf(text, PREFIX_TEXT_SIZE, "::ffff:%u.%u.%u.%u",
			(unsigned)(address->low >> 24 & 255), (unsigned)(address->low >> 16 & 255),
			(unsigned)(address->low >> 8 & 255), (unsigned)(address->low & 255));
	else
		format_6(address, text);
	return text;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->high == b->high && a->low == b->low;
}

int
address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return 0;
}

bool
address_is_mapped(const struct address *address)
{
	return address->family == FAMILY_6 && address->high == 0 && address->low >> 32 == 0xffff;
}

bool
address_is_link_local(const struct address *address)
{
	if (address->family == FAMILY_4)
		return address->high >> 48 == 0xa9fe;
	return address->high >> 54 == 0xfe80 >> 6;
}

static bool
is_unicast_4(unsigned first, bool broadcast, const char **reason)
{
	if (first == 0)
		return refuse(reason, "0.0.0.0/8 is not usable");
	if (first == 127)
		return refuse(reason, "it is a loopback address");
	if (first >= 224 && first < 240)
		return refuse(reason, "it is a multicast address");
	return !broadcast || refuse(reason, "it is the broadcast address");
}

bool
address_is_unicast(const struct address *address, const char **reason)
{
	if (address->family == FAMILY_4)
		return is_unicast_4(
			(unsigned)(address->high >> 56), address->high >> 32 == UINT32_MAX, reason);
	if (address->high == 0 && address->low == 0)
		return refuse(reason, "it is the unspecified address");
	if (address->high == 0 && address->low == 1)
		return refuse(reason, "it is a loopback address");
	if (address->high >> 56 == 0xff)
		return refuse(reason, "it is a multicast address");
	return !address_is_mapped(address) ||
	       refuse(reason, "it is an IPv4 address written as IPv6");
}
