#include "validators/route_link.h"

#include <stdlib.h>

static int
compare_next_hops(const void *left, const void *right)
{
	const struct route *const *a = left, *const *b = right;

	return address_compare(&(*a)->next_hop, &(*b)->next_hop);
}

static struct route_link
find(struct case_ *c, const struct address *next_hop)
{
	struct route_link found = {0};

	case_spend(c, (size_t)c->subject->link_count);
	for (int i = 0; i < c->subject->link_count && !(found.own && found.on); i++) {
		const struct claim *link = &c->subject->links[i];

		if (!found.own && address_equal(&link->host, next_hop))
			found.own = link;
		if (!found.on && prefix_contains(&link->prefix, next_hop))
			found.on = link;
	}
	return found;
}

/* Routes with one next hop share one search. */
static const struct route_link *
find_all(struct case_ *c)
{
	const struct route *routes = c->subject->routes;
	size_t count = (size_t)c->subject->route_count;
	const struct route **sorted = ARENA_ARRAY(c->arena, const struct route *, count);
	struct route_link *links = ARENA_ARRAY(c->arena, struct route_link, count);

	for (size_t i = 0; i < count; i++)
		sorted[i] = &routes[i];
	qsort(sorted, count, sizeof *sorted, compare_next_hops);
	for (size_t i = 0; i < count && !case_is_spent(c); i++) {
		bool again = i > 0 && address_equal(&sorted[i]->next_hop, &sorted[i - 1]->next_hop);

		links[sorted[i] - routes] =
			again ? links[sorted[i - 1] - routes] : find(c, &sorted[i]->next_hop);
	}
	return links;
}

const struct route_link *
route_link_of(struct case_ *c, const struct route *route)
{
	if (!c->route_links)
		c->route_links = find_all(c);
	return &c->route_links[route - c->subject->routes];
}
