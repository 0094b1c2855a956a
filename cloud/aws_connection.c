#include "cloud/aws_connection.h"

#include <string.h>

#include "base/text.h"

static const char *
object_tag(struct arena *arena, const struct cloud_wish *wish)
{
	return arena_printf(arena, "%s/%s", kind_name(wish->object.kind), wish->object.name);
}

struct aws_tags
aws_connection_tags(struct arena *arena, const struct cloud_wish *wish)
{
	struct aws_tag *tags = ARENA_ARRAY(arena, struct aws_tag, 3);

	tags[0] = (struct aws_tag){"Name", wish->object.name};
	tags[1] = (struct aws_tag){AWS_TAG_UID, wish->uid};
	tags[2] = (struct aws_tag){AWS_TAG_OBJECT, object_tag(arena, wish)};
	return (struct aws_tags){tags, 3};
}

static bool
names_object(const struct aws_peering *peering, const struct cloud_wish *wish)
{
	const char *tag = aws_ec2_tag(&peering->tags, AWS_TAG_OBJECT);
	const char *kind = kind_name(wish->object.kind);
	size_t length = strlen(kind);

	return tag && strncmp(tag, kind, length) == 0 && tag[length] == '/' &&
	       text_equal(tag + length + 1, wish->object.name);
}

bool
aws_connection_is_ours(const struct aws_peering *peering, const struct cloud_wish *wish)
{
	const char *uid = aws_ec2_tag(&peering->tags, AWS_TAG_UID);

	return uid ? text_equal(uid, wish->uid) : names_object(peering, wish);
}

bool
aws_connection_is_anothers(const struct aws_peering *peering, const struct cloud_wish *wish)
{
	const char *uid = aws_ec2_tag(&peering->tags, AWS_TAG_UID);

	return uid && !text_equal(uid, wish->uid);
}

bool
aws_connection_lost_tags(const struct aws_peering *peering, const struct cloud_wish *wish)
{
	return aws_connection_is_ours(peering, wish) &&
	       (!aws_ec2_tag(&peering->tags, AWS_TAG_UID) || !names_object(peering, wish) ||
		       !aws_ec2_tag(&peering->tags, "Name"));
}

static bool
has_end(const struct aws_peering *peering, const char *vpc)
{
	return text_equal(peering->requester.vpc, vpc) || text_equal(peering->accepter.vpc, vpc);
}

bool
aws_connection_fits(const struct aws_peering *peering, const struct cloud_wish *wish,
	const struct aws_facts *facts)
{
	if (!has_end(peering, wish->remote->id) ||
		text_equal(peering->requester.vpc, peering->accepter.vpc) ||
		(facts->local && text_equal(facts->local->id, wish->remote->id)))
		return false;
	return facts->local ? has_end(peering, facts->local->id)
			    : text_equal(peering->id, wish->id);
}

static int
rank(enum aws_peering_state state)
{
	static const enum aws_peering_state order[] = {AWS_PEERING_DELETING, AWS_PEERING_UNKNOWN,
		AWS_PEERING_INITIATING, AWS_PEERING_PENDING, AWS_PEERING_PROVISIONING,
		AWS_PEERING_ACTIVE};
	int i = 0;

	while (order[i] != state)
		i++;
	return i;
}

static bool
is_better(const struct aws_peering *a, const struct aws_peering *b, const struct cloud_wish *wish)
{
	bool stored = text_equal(a->id, wish->id);
	bool ours = aws_connection_is_ours(a, wish);

	if (a->state != b->state)
		return rank(a->state) > rank(b->state);
	if (stored != text_equal(b->id, wish->id))
		return stored;
	if (ours != aws_connection_is_ours(b, wish))
		return ours;
	return strcmp(a->id, b->id) < 0;
}

const struct aws_peering *
aws_connection_find(const struct cloud_wish *wish, const struct aws_facts *facts)
{
	const struct aws_peering *best = NULL;

	for (size_t i = 0; i < facts->peerings.count; i++) {
		const struct aws_peering *peering = &facts->peerings.items[i];

		if (aws_ec2_is_over(peering->state) || !aws_connection_fits(peering, wish, facts))
			continue;
		if (!best || is_better(peering, best, wish))
			best = peering;
	}
	return best;
}

const struct aws_peering *
aws_connection_record(const struct aws_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->peerings.count; i++)
		if (text_equal(facts->peerings.items[i].id, id))
			return &facts->peerings.items[i];
	return NULL;
}

const struct aws_peering_side *
aws_connection_far(const struct aws_peering *peering, const struct cloud_wish *wish)
{
	return text_equal(peering->requester.vpc, wish->remote->id) ? &peering->requester
								    : &peering->accepter;
}

const struct aws_peering_side *
aws_connection_near(const struct aws_peering *peering, const struct cloud_wish *wish)
{
	return text_equal(peering->requester.vpc, wish->remote->id) ? &peering->accepter
								    : &peering->requester;
}
