/* Random worlds of two VPCs, and the plan's steps done in them until nothing is left to do: it
 * ends, never makes a second connection, touches nothing that is somebody else's, and a crash after
 * any step changes nothing in the end. */
#include <stdio.h>

#include "tests/cloud/aws_facts_sample.h"

enum { WORLDS = 4000, ROUNDS = 60, MOST = 24, TABLES = 3, ROUTES = 24 };
enum { MEMORY = 1 << 24 };

struct model_peering {
	char id[24];
	enum aws_peering_state state;
	bool asked_by_remote;
	enum { OURS, HALF_OURS, FOREIGN, ELSEWHERE } owner;
	bool resolves[2]; /* the names of each side */
};
struct model_route {
	struct prefix destination;
	enum aws_target target;
	char target_id[24];
	bool foreign; /* the plan must leave it alone */
};
struct model_table {
	char id[24];
	bool tagged;
	struct model_route routes[ROUTES];
	size_t count;
};
struct model {
	uint64_t seed;
	struct prefix ranges[2][3];
	size_t range_counts[2];
	struct model_peering peerings[MOST];
	size_t peering_count;
	struct model_table tables[2][TABLES];
	size_t table_counts[2];
	bool remote_tagged;
	enum route_selection routes;
	bool deletes_remote;
	enum cloud_names names;
	bool far_is_shown; /* the options of the remote side */
	char stored[24];
};

static uint64_t
draw(struct model *model, uint64_t below)
{
	model->seed ^= model->seed << 13;
	model->seed ^= model->seed >> 7;
	model->seed ^= model->seed << 17;
	return (model->seed >> 11) % below;
}

static bool
is_alive(const struct model_peering *peering)
{
	return peering->owner != ELSEWHERE && !aws_ec2_is_over(peering->state);
}

static struct model_peering *
find_peering(struct model *model, const char *id)
{
	for (size_t i = 0; i < model->peering_count; i++)
		if (text_equal(model->peerings[i].id, id))
			return &model->peerings[i];
	return NULL;
}

static size_t
count_alive(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->peering_count; i++)
		count += is_alive(&model->peerings[i]);
	return count;
}

static bool
overlaps(const struct model *model)
{
	for (size_t i = 0; i < model->range_counts[CLOUD_LOCAL]; i++)
		for (size_t j = 0; j < model->range_counts[CLOUD_REMOTE]; j++)
			if (prefix_overlaps(&model->ranges[CLOUD_LOCAL][i],
				    &model->ranges[CLOUD_REMOTE][j]))
				return true;
	return false;
}

static struct model_peering *
add_peering(struct model *model, enum aws_peering_state state)
{
	struct model_peering *peering = &model->peerings[model->peering_count];

	assert_true(model->peering_count < MOST);
	*peering = (struct model_peering){.state = state};
	snprintf(peering->id, sizeof peering->id, "pcx-%zu", model->peering_count++);
	return peering;
}

/* Time passes: AWS moves on what it moves by itself. */
static void
tick(struct model *model)
{
	for (size_t i = 0; i < model->peering_count; i++) {
		enum aws_peering_state *state = &model->peerings[i].state;

		if (*state == AWS_PEERING_INITIATING)
			*state = overlaps(model) ? AWS_PEERING_FAILED : AWS_PEERING_PENDING;
		else if (*state == AWS_PEERING_PROVISIONING)
			*state = AWS_PEERING_ACTIVE;
		else if (*state == AWS_PEERING_DELETING)
			*state = AWS_PEERING_DELETED;
	}
}

/* --- a random world --- */

static void
make_ranges(struct model *model)
{
	static const char *const pool[2][4] = {
		{"10.1.0.0/16", "10.5.0.0/24", "fd00:1::/56", "10.7.0.0/16"},
		{"10.2.0.0/16", "10.6.0.0/24", "fd00:2::/56", "10.7.3.0/24"}};

	for (int side = 0; side < 2; side++) {
		model->range_counts[side] = 1 + draw(model, 3);
		for (size_t i = 0; i < model->range_counts[side]; i++)
			model->ranges[side][i] =
				sample_prefix(pool[side][i == 0 && draw(model, 4) == 0 ? 3 : i]);
	}
}

static void
make_peerings(struct model *model)
{
	size_t count = draw(model, 4);

	for (size_t i = 0; i < count; i++) {
		enum aws_peering_state state = (enum aws_peering_state)(
			AWS_PEERING_INITIATING + draw(model, AWS_PEERING_DELETED));
		struct model_peering *peering = add_peering(model, state);

		peering->owner = draw(model, 4);
		peering->asked_by_remote = peering->owner != OURS && draw(model, 2);
		peering->resolves[CLOUD_LOCAL] = draw(model, 2);
		peering->resolves[CLOUD_REMOTE] = draw(model, 2);
		if (peering->owner == ELSEWHERE)
			peering->state = draw(model, 2)   ? AWS_PEERING_ACTIVE
					 : draw(model, 2) ? AWS_PEERING_PENDING
							  : AWS_PEERING_DELETED;
		/* AWS lets no second one live. */
		if (is_alive(peering) && count_alive(model) > 1)
			peering->state = AWS_PEERING_DELETED;
	}
	if (draw(model, 2))
		snprintf(model->stored, sizeof model->stored, "pcx-%llu",
			(unsigned long long)draw(model, 5));
}

static void
make_route(struct model *model, struct model_table *table)
{
	static const char *const destinations[] = {"10.1.0.0/16", "10.2.0.0/16", "10.6.0.0/24",
		"10.99.0.0/16", "0.0.0.0/0", "fd00:2::/56"};
	struct model_route *route = &table->routes[table->count];
	const struct model_peering *through = NULL;

	route->destination = sample_prefix(destinations[draw(model, 6)]);
	for (size_t i = 0; i < table->count; i++)
		if (prefix_equal(&table->routes[i].destination, &route->destination))
			return;
	table->count++;
	route->target = draw(model, 3) == 0 ? AWS_TARGET_TRANSIT : AWS_TARGET_PEERING;
	if (route->target == AWS_TARGET_PEERING && model->peering_count > 0 && draw(model, 4))
		through = &model->peerings[draw(model, model->peering_count)];
	snprintf(route->target_id, sizeof route->target_id, "%s",
		through                               ? through->id
		: route->target == AWS_TARGET_PEERING ? "pcx-far"
						      : "tgw-1");
	/* One through a connection that has ended is a blackhole: it may be replaced. */
	route->foreign =
		!through || (through->owner == ELSEWHERE && !aws_ec2_is_over(through->state));
}

static void
make_tables(struct model *model)
{
	for (int side = 0; side < 2; side++) {
		model->table_counts[side] = draw(model, TABLES + 1);
		for (size_t i = 0; i < model->table_counts[side]; i++) {
			struct model_table *table = &model->tables[side][i];

			snprintf(table->id, sizeof table->id, "rtb-%d%u", side, (unsigned)i);
			table->tagged = draw(model, 2);
			for (size_t j = draw(model, 4); j > 0; j--)
				make_route(model, table);
		}
	}
}

static struct model
make_model(uint64_t number)
{
	struct model model = {.seed = number * UINT64_C(0x9E3779B97F4A7C15) + 1};

	draw(&model, 2);
	make_ranges(&model);
	make_peerings(&model);
	make_tables(&model);
	model.remote_tagged = draw(&model, 8) != 0;
	model.routes = (enum route_selection)draw(&model, 4);
	model.deletes_remote = draw(&model, 2);
	model.names = (enum cloud_names)draw(&model, 3);
	model.far_is_shown = draw(&model, 4) != 0;
	return model;
}

/* --- what the plan is shown of it --- */

static struct aws_tags
tags_of(struct sample *sample, const struct model_peering *peering)
{
	struct aws_tags tags = aws_connection_tags(sample->arena, &sample->wish);

	if (peering->owner == OURS)
		return tags;
	if (peering->owner == HALF_OURS)
		return (struct aws_tags){tags.items + 2, 1};
	return (struct aws_tags){0};
}

/* Options are shown of the side whose account looks. */
static void
show_options(const struct model_peering *peering, struct aws_peering *shown, enum cloud_side viewer)
{
	bool is_requester = peering->asked_by_remote == (viewer == CLOUD_REMOTE);
	struct aws_peering_side *own = is_requester ? &shown->requester : &shown->accepter;

	own->has_options = peering->state == AWS_PEERING_ACTIVE;
	own->resolves_names = own->has_options && peering->resolves[viewer];
}

static void
show_far_view(struct model *model, struct sample *sample, const struct aws_peering *shown)
{
	const struct model_peering *peering = find_peering(model, shown->id);
	struct aws_peering *view = ARENA_NEW(sample->arena, struct aws_peering);

	sample->facts.far_view = NULL;
	if (!is_alive(peering) || peering->state != AWS_PEERING_ACTIVE || !model->far_is_shown)
		return;
	*view = *shown;
	view->requester.has_options = view->accepter.has_options = false;
	show_options(peering, view, CLOUD_REMOTE);
	sample->facts.far_view = view;
}

static void
show_peerings(struct model *model, struct sample *sample)
{
	struct aws_peering *shown =
		ARENA_ARRAY(sample->arena, struct aws_peering, model->peering_count + 1);
	size_t count = 0;

	for (size_t i = 0; i < model->peering_count; i++) {
		const struct model_peering *peering = &model->peerings[i];

		if (peering->owner == ELSEWHERE && !text_equal(peering->id, model->stored))
			continue;
		shown[count] = (struct aws_peering){.id = arena_text(sample->arena, peering->id),
			.state = peering->state,
			.code = sample_code(peering->state),
			.message = "",
			.requester = {"1", "vpc-1", "r1", sample->local.ranges},
			.accepter = {"2", "vpc-2", "r2", sample->remote.ranges},
			.tags = tags_of(sample, peering)};
		if (peering->owner == ELSEWHERE)
			shown[count].accepter.vpc = "vpc-9";
		if (peering->asked_by_remote)
			sample_swap(&shown[count]);
		show_options(peering, &shown[count], CLOUD_LOCAL);
		count++;
	}
	sample->facts.peerings = (struct aws_peerings){shown, count, ""};
	sample->facts.far_view = NULL;
	for (size_t i = 0; i < count && !sample->facts.far_view; i++)
		show_far_view(model, sample, &shown[i]);
}

static void
show_others(struct model *model, struct sample *sample)
{
	struct aws_peering *shown =
		ARENA_ARRAY(sample->arena, struct aws_peering, model->peering_count + 1);
	size_t count = 0;

	for (size_t i = 0; i < model->peering_count; i++)
		if (model->peerings[i].owner == ELSEWHERE &&
			!aws_ec2_is_over(model->peerings[i].state) &&
			!text_equal(model->peerings[i].id, model->stored))
			shown[count++].id = arena_text(sample->arena, model->peerings[i].id);
	sample->facts.others = (struct aws_peerings){shown, count, ""};
}

static bool
is_blackhole(struct model *model, const struct model_route *route)
{
	const struct model_peering *peering = find_peering(model, route->target_id);

	return peering && peering->state != AWS_PEERING_ACTIVE;
}

static struct aws_route_tables
show_tables(struct model *model, struct sample *sample, enum cloud_side side)
{
	static const struct aws_tag tag = {"c-1", ""};
	struct aws_route_table *shown = ARENA_ARRAY(sample->arena, struct aws_route_table, TABLES);

	for (size_t i = 0; i < model->table_counts[side]; i++) {
		const struct model_table *table = &model->tables[side][i];
		struct aws_route *routes = ARENA_ARRAY(sample->arena, struct aws_route, ROUTES);

		for (size_t j = 0; j < table->count; j++)
			routes[j] = (struct aws_route){true, table->routes[j].destination, "",
				table->routes[j].target,
				arena_text(sample->arena, table->routes[j].target_id),
				is_blackhole(model, &table->routes[j]) ? "blackhole" : "active",
				"CreateRoute"};
		shown[i] = (struct aws_route_table){.id = table->id,
			.vpc = side == CLOUD_LOCAL ? "vpc-1" : "vpc-2",
			.routes = routes,
			.route_count = table->count,
			.tags = {&tag, table->tagged}};
	}
	return (struct aws_route_tables){shown, model->table_counts[side], ""};
}

static void
show(struct model *model, struct sample *sample, bool deleting)
{
	sample->local.ranges =
		(struct aws_ranges){model->ranges[CLOUD_LOCAL], model->range_counts[CLOUD_LOCAL]};
	sample->remote.ranges =
		(struct aws_ranges){model->ranges[CLOUD_REMOTE], model->range_counts[CLOUD_REMOTE]};
	sample->remote.tags.count = model->remote_tagged;
	sample->wish.id = arena_text(sample->arena, model->stored);
	sample->wish.routes = model->routes;
	sample->wish.deletes_remote = model->deletes_remote;
	sample->wish.deleting = deleting;
	sample->wish.names = model->names;
	show_peerings(model, sample);
	show_others(model, sample);
	sample->facts.local_tables = show_tables(model, sample, CLOUD_LOCAL);
	sample->facts.remote_tables = show_tables(model, sample, CLOUD_REMOTE);
}

/* --- steps --- */

static struct model_table *
find_table(struct model *model, const struct cloud_step *step)
{
	for (size_t i = 0; i < model->table_counts[step->side]; i++)
		if (text_equal(model->tables[step->side][i].id, step->object))
			return &model->tables[step->side][i];
	fail_msg("no table %s", step->object);
	return NULL;
}

static struct model_route *
find_route(struct model_table *table, const struct prefix *destination)
{
	for (size_t i = 0; i < table->count; i++)
		if (prefix_equal(&table->routes[i].destination, destination))
			return &table->routes[i];
	return NULL;
}

static void
do_route(struct model *model, const struct cloud_plan *plan, const struct cloud_step *step)
{
	struct model_table *table = find_table(model, step);
	struct model_route *route = find_route(table, &step->prefix);

	if (step->verb == CLOUD_STEP_ADD_ROUTE) {
		assert_null(route);
		assert_true(table->count < ROUTES);
		route = &table->routes[table->count++];
		*route = (struct model_route){.destination = step->prefix};
	} else {
		assert_non_null(route);
		assert_false(route->foreign);
	}
	if (step->verb == CLOUD_STEP_REMOVE_ROUTE) {
		*route = table->routes[--table->count];
		return;
	}
	route->target = AWS_TARGET_PEERING;
	snprintf(route->target_id, sizeof route->target_id, "%s", plan->id);
	assert_int_equal(find_peering(model, plan->id)->state, AWS_PEERING_ACTIVE);
}

static void
do_connection(struct model *model, const struct cloud_step *step)
{
	struct model_peering *peering = find_peering(model, step->object);

	assert_non_null(peering);
	switch (step->verb) {
	case CLOUD_STEP_ACCEPT:
		assert_int_equal(peering->state, AWS_PEERING_PENDING);
		assert_int_equal(step->side, peering->asked_by_remote ? CLOUD_LOCAL : CLOUD_REMOTE);
		peering->state = AWS_PEERING_PROVISIONING;
		break;
	case CLOUD_STEP_TAG:
		assert_int_equal(peering->owner, HALF_OURS);
		peering->owner = OURS;
		break;
	default:
		assert_int_equal(step->verb, CLOUD_STEP_DELETE);
		assert_true(peering->owner == OURS || peering->owner == HALF_OURS);
		peering->state = AWS_PEERING_DELETING;
	}
}

/* Of a remote side only with its owner's consent. */
static void
do_options(struct model *model, const struct cloud_plan *plan, const struct cloud_step *step)
{
	struct model_peering *peering = find_peering(model, plan->id);
	bool allowed = model->names == CLOUD_NAMES_ON;

	assert_int_not_equal(model->names, CLOUD_NAMES_KEEP);
	assert_int_equal(peering->state, AWS_PEERING_ACTIVE);
	assert_int_equal(step->has_asked, peering->asked_by_remote == (step->side == CLOUD_REMOTE));
	assert_int_not_equal(peering->resolves[step->side], allowed);
	if (step->side == CLOUD_REMOTE)
		assert_true(peering->owner != FOREIGN || peering->asked_by_remote ||
			    model->remote_tagged);
	peering->resolves[step->side] = allowed;
}

/* A crash right after it may lose the id. */
static void
do_step(struct model *model, const struct cloud_plan *plan, const struct cloud_step *step,
	bool loses_id)
{
	switch (step->verb) {
	case CLOUD_STEP_CREATE:
		assert_int_equal(count_alive(model), 0);
		assert_true(model->remote_tagged && !overlaps(model));
		add_peering(model, AWS_PEERING_INITIATING);
		if (!loses_id)
			snprintf(model->stored, sizeof model->stored, "pcx-%zu",
				model->peering_count - 1);
		break;
	case CLOUD_STEP_ADD_ROUTE:
	case CLOUD_STEP_REPLACE_ROUTE:
	case CLOUD_STEP_REMOVE_ROUTE:
		do_route(model, plan, step);
		break;
	case CLOUD_STEP_OPTIONS:
		do_options(model, plan, step);
		break;
	default:
		do_connection(model, step);
	}
}

/* Plans and does until nothing moves. Of each plan `most` steps are done before it is thrown away.
 */
static void
run(struct model *model, struct sample *sample, bool deleting, size_t most)
{
	for (int round = 0; round < ROUNDS * MOST; round++) {
		const struct cloud_plan *plan = &sample->plan;

		show(model, sample, deleting);
		sample_steps(sample);
		if (plan->step_count == 0 && plan->look_again == 0)
			return;
		for (size_t i = 0; i < plan->step_count && i < most; i++)
			do_step(model, plan, &plan->steps[i], most == 1);
		tick(model);
	}
	fail_msg("it does not end");
}

/* --- what has to hold --- */

static void
check_routed(struct model *model, const struct sample *sample)
{
	const char *id = sample->plan.id;

	assert_int_equal(count_alive(model), 1);
	assert_int_equal(find_peering(model, id)->state, AWS_PEERING_ACTIVE);
	for (size_t i = 0; i < model->table_counts[CLOUD_LOCAL]; i++)
		for (size_t j = 0; j < model->range_counts[CLOUD_REMOTE]; j++)
			assert_string_equal(find_route(&model->tables[CLOUD_LOCAL][i],
						    &model->ranges[CLOUD_REMOTE][j])
						    ->target_id,
				id);
}

static void
check_names(struct model *model, const struct sample *sample)
{
	const struct model_peering *peering = find_peering(model, sample->plan.id);
	bool allowed = model->names == CLOUD_NAMES_ON;

	if (model->names == CLOUD_NAMES_KEEP)
		return;
	assert_int_equal(peering->resolves[CLOUD_LOCAL], allowed);
	if (model->far_is_shown && (model->remote_tagged || peering->owner == OURS))
		assert_int_equal(peering->resolves[CLOUD_REMOTE], allowed);
}

static size_t
count_foreign(const struct model *model)
{
	size_t count = 0;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < model->table_counts[side]; i++)
			for (size_t j = 0; j < model->tables[side][i].count; j++)
				count += model->tables[side][i].routes[j].foreign;
	return count;
}

static void
check_end(struct model *model, const struct sample *sample)
{
	assert_true(sample->plan.gone);
	for (size_t i = 0; i < model->peering_count; i++) {
		const struct model_peering *peering = &model->peerings[i];

		if (peering->owner == OURS || peering->owner == HALF_OURS)
			assert_false(is_alive(peering));
	}
	for (size_t i = 0; i < model->table_counts[CLOUD_LOCAL]; i++)
		for (size_t j = 0; j < model->tables[CLOUD_LOCAL][i].count; j++) {
			const struct model_peering *peering = find_peering(
				model, model->tables[CLOUD_LOCAL][i].routes[j].target_id);

			if (peering)
				assert_true(
					peering->owner == FOREIGN || peering->owner == ELSEWHERE);
		}
}

/* Routes as a set, and what is alive; without the ids, of which a crash may use up more. */
static uint64_t
digest(struct model *model, const struct sample *sample)
{
	uint64_t sum = count_alive(model) * 31 + sample->plan.ready * 7 + sample->plan.gone;

	for (size_t i = 0; i < model->peering_count; i++)
		if (is_alive(&model->peerings[i]))
			sum += 1001 * model->peerings[i].resolves[CLOUD_LOCAL] +
			       2003 * model->peerings[i].resolves[CLOUD_REMOTE];
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < model->table_counts[side]; i++)
			for (size_t j = 0; j < model->tables[side][i].count; j++) {
				const struct model_route *route = &model->tables[side][i].routes[j];

				sum += (route->destination.address.high ^
					       route->destination.address.low ^
					       (route->destination.length * UINT64_C(977)) ^
					       ((uint64_t)route->target << 50) ^
					       (i * 131 + (uint64_t)side)) *
				       UINT64_C(0x9E3779B97F4A7C15);
			}
	return sum;
}

static void
live(uint64_t number, bool (*covered)[2])
{
	static const size_t paces[] = {MOST * ROUTES, 1, 2};
	uint64_t first[2] = {0};

	for (size_t i = 0; i < sizeof paces / sizeof *paces; i++) {
		struct sample *sample = sample_new();
		struct model model = make_model(number);
		size_t foreign = count_foreign(&model);
		uint64_t made;

		arena_set_cap(sample->arena, MEMORY);
		run(&model, sample, false, paces[i]);
		assert_true(sample->plan.ready || sample->plan.reason);
		if (sample->plan.ready) {
			check_routed(&model, sample);
			check_names(&model, sample);
		}
		(*covered)[sample->plan.ready] = true;
		made = digest(&model, sample);
		assert_true(i == 0 || made == first[0]);
		first[0] = made;
		run(&model, sample, true, paces[i]);
		check_end(&model, sample);
		made = digest(&model, sample);
		assert_true(i == 0 || made == first[1]);
		first[1] = made;
		assert_int_equal(count_foreign(&model), foreign);
		assert_false(arena_exhausted(sample->arena));
		arena_free(sample->arena);
	}
}

static void
every_world_comes_to_its_end_and_crashes_do_not_change_it(void **state)
{
	bool covered[2] = {false};

	(void)state;
	for (uint64_t number = 1; number <= WORLDS; number++)
		live(number, &covered);
	assert_true(covered[false] && covered[true]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_world_comes_to_its_end_and_crashes_do_not_change_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
