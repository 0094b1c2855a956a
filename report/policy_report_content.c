#include "report/policy_report.h"

#include "base/text.h"

static uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ (hash >> 33);
}

/* FNV-1a; NULL is another text than "". */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	if (!text)
		return mix(hash);
	do {
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	} while (*text++);
	return hash;
}

/* Members count in no order, items in theirs. A timestamp does not count. */
static uint64_t
hash_value(struct arena *arena, const struct json *value)
{
	uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), json_type_name(value));
	bool in_order = json_is_array(value);

	hash = hash_text(hash, json_text(value));
	hash = hash_text(hash, json_is_number(value) ? json_number_text(arena, value) : NULL);
	hash = mix(hash + json_boolean(value, false));
	for (const struct json *item = json_first(value); item; item = json_next(item)) {
		uint64_t one = hash_value(arena, item);

		if (text_equal(json_name(item), "timestamp"))
			continue;
		hash = in_order ? mix(hash ^ one) : hash + mix(hash_text(one, json_name(item)));
	}
	return hash;
}

uint64_t
policy_report_content(struct arena *arena, const struct json *report)
{
	static const char *const ours[] = {
		"source", "configuration", "scope", "scopeSelector", "summary", "results"};
	const struct json *metadata = json_member(report, "metadata");
	const struct json *labels = json_member(metadata, "labels");
	uint64_t hash = 0;

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		hash = mix(hash ^ hash_value(arena, json_member(report, ours[i])));
	hash = mix(hash ^ hash_value(arena, json_member(metadata, "name")));
	hash = mix(hash ^ hash_value(arena, json_member(metadata, "namespace")));
	hash = mix(hash ^ hash_value(arena, json_member(metadata, "ownerReferences")));
	hash = mix(hash ^ hash_value(arena, json_member(labels, POLICY_REPORT_MANAGED_BY)));
	hash = mix(hash ^ hash_value(arena, json_member(labels, POLICY_REPORT_KIND)));
	return mix(hash ^ hash_value(arena, json_member(json_member(metadata, "annotations"),
						    POLICY_REPORT_LEFT_OUT)));
}

bool
policy_report_same(struct arena *arena, const struct json *a, const struct json *b)
{
	return policy_report_content(arena, a) == policy_report_content(arena, b);
}
