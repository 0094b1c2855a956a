#include "tests/validators/topology.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "format/yaml.h"
#include "kinds/kind.h"
#include "kinds/manifest.h"
#include "tests/network/random.h"
#include "tests/validators/topology_plan.h"

int
plan_below(int limit)
{
	return (int)random_below((uint64_t)limit);
}

bool
plan_chance(int per_cent)
{
	return plan_below(100) < per_cent;
}

bool
plan_astray(const struct plan *plan)
{
	return plan_chance(plan->noise);
}

const char *
plan_write(const struct plan *plan, const char *format, ...)
{
	const char *text;
	va_list arguments;

	va_start(arguments, format);
	text = arena_vprintf(plan->topology->arena, format, arguments);
	va_end(arguments);
	return text;
}

const char *
plan_join(const struct plan *plan, const char *list, const char *separator, const char *item)
{
	return *list && *item ? plan_write(plan, "%s%s%s", list, separator, item)
	       : *list        ? list
			      : item;
}

void
plan_add(const struct plan *plan, const char *object)
{
	struct topology *topology = plan->topology;

	if (topology->count == TOPOLOGY_OBJECTS)
		abort();
	topology->texts[topology->count++] = object;
}

const char *
plan_network(struct plan *plan, enum family family)
{
	static const int lengths_4[] = {14, 16, 17, 20, 24, 30}, lengths_6[] = {47, 48, 64, 126};
	int number = FIRST_OWN_NETWORK + plan->networks++;
	int taken = FIRST_OWN_NETWORK + plan_below(6);

	if (family == FAMILY_4)
		return plan_astray(plan)
			       ? plan_write(plan, "10.%d.%d.%d/%d", taken, plan_below(2) * 128,
					 plan_below(2) * 77, PICK(lengths_4))
			       : plan_write(plan, "10.%d.0.0/16", number);
	return plan_astray(plan) ? plan_write(plan, "fd00:%d::%d/%d", taken, plan_below(2) * 7,
					   PICK(lengths_6))
				 : plan_write(plan, "fd00:%d::/48", number);
}

struct topology
topology_generate(struct arena *arena, uint64_t seed)
{
	static const int noises[] = {0, 3, 10, 25};
	struct topology topology = {.arena = arena};
	struct plan *plan = ARENA_NEW(arena, struct plan);
	int families;

	random_state = seed;
	plan->topology = &topology;
	plan->noise = PICK(noises);
	families = plan_below(5);
	plan->has[FAMILY_4] = families != 0;
	plan->has[FAMILY_6] = families < 3;
	if (plan_chance(70))
		plan_kube_ovn(plan);
	if (topology.count == 0 || plan_chance(10))
		plan_kyma(plan);
	return topology;
}

const struct declaration *
topology_decode(struct arena *arena, const char *text)
{
	struct declaration *declaration = ARENA_NEW(arena, struct declaration);
	struct yaml_documents documents = {0};
	struct manifest manifest = {.file = "topology"};
	struct changes changes;
	struct error error;

	if (!yaml_parse(arena, text, strlen(text), &json_request_limits, &documents, &error) ||
		documents.count != 1)
		abort();
	manifest.object = documents.items[0];
	manifest.definition = kind_of_object(manifest.object);
	if (!manifest_decode(arena, &manifest, &changes, declaration, &error))
		abort();
	return declaration;
}
