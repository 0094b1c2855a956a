#include "tests/validators/clusters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "kinds/kind.h"
#include "kinds/manifest.h"
#include "tests/network/random.h"

#define SCENARIOS "tests/scenarios"
#define BASES     SCENARIOS "/bases/"

enum { CASE_MEMORY = 512 << 20, SCENARIO_MEMORY = 64 << 20 };

static struct cluster
random_cluster(struct arena *arena, uint64_t seed)
{
	struct topology topology = topology_generate(arena, seed);
	struct cluster cluster = {.arena = arena, .count = topology.count, .seed = seed};

	cluster.name = arena_printf(arena, "PEERWARDEN_SEED=%llu", (unsigned long long)seed);
	cluster.texts = "";
	for (size_t i = 0; i < topology.count; i++) {
		cluster.items[i] = topology_decode(arena, topology.texts[i]);
		cluster.texts = arena_printf(arena, "%s- %s\n", cluster.texts, topology.texts[i]);
	}
	return cluster;
}

void
clusters_random(unsigned cases_by_default, void (*check)(const struct cluster *cluster))
{
	const char *wanted = getenv("PEERWARDEN_CASES");
	uint64_t cases = wanted ? strtoull(wanted, NULL, 10) : cases_by_default;
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(CASE_MEMORY);
	uint64_t first;

	random_start();
	first = random_state;
	for (uint64_t seed = first; seed < first + cases; seed++) {
		struct cluster cluster;

		arena_reset(arena);
		cluster = random_cluster(arena, seed);
		check(&cluster);
		assert_false(arena_exhausted(arena));
	}
}

/* The last definition of an object holds. */
static void
add_object(struct cluster *cluster, const struct json *object)
{
	struct manifest manifest = {cluster->name, object, kind_of_object(object), NULL};
	struct declaration *declaration = ARENA_NEW(cluster->arena, struct declaration);
	struct changes changes;
	struct error error;

	if (!manifest_decode(cluster->arena, &manifest, &changes, declaration, &error))
		fail_msg("%s: %s", cluster->name, error.message);
	for (size_t i = 0; i < cluster->count; i++)
		if (object_equal(&cluster->items[i]->object, &declaration->object)) {
			cluster->items[i] = declaration;
			return;
		}
	assert_true(cluster->count < TOPOLOGY_OBJECTS);
	cluster->items[cluster->count++] = declaration;
}

static void
add_objects(struct cluster *cluster, const struct json *list)
{
	for (const struct json *object = json_first(list); object; object = json_next(object))
		add_object(cluster, object);
}

static struct yaml_documents
read_documents(struct arena *arena, const char *file)
{
	struct buffer text CLEANUP(buffer_dispose);
	struct yaml_documents documents = {0};
	struct error error;

	buffer_init(&text, SCENARIO_MEMORY);
	if (!file_read(file, &text, &error) || !yaml_parse(arena, buffer_text(&text), text.length,
						       &json_file_limits, &documents, &error))
		fail_msg("%s: %s", file, error.message);
	return documents;
}

/* All that a scenario speaks of, as if it were one bundle. */
static struct cluster
scenario_cluster(struct arena *arena, const char *file, const struct json *scenario)
{
	const char *name = json_member_text(scenario, "name");
	const char *base = json_member_text(scenario, "base");
	const struct json *object = json_member(json_member(scenario, "when"), "object");
	struct cluster cluster = {.arena = arena, .seed = random_below(1000), .texts = ""};
	struct yaml_documents documents = {0};

	cluster.name = arena_printf(arena, "%s: %s", file, name);
	if (base)
		documents = read_documents(arena, arena_printf(arena, BASES "%s.yaml", base));
	for (size_t i = 0; i < documents.count; i++)
		add_object(&cluster, documents.items[i]);
	add_objects(&cluster, json_member(scenario, "given"));
	add_objects(&cluster, json_member(scenario, "bundle"));
	if (object)
		add_object(&cluster, object);
	return cluster;
}

void
clusters_of_scenarios(void (*check)(const struct cluster *cluster))
{
	static const char *const suffixes[] = {".yaml", NULL};
	struct arena *names CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const char **files = file_list(names, SCENARIOS, suffixes, &error);

	random_start();
	assert_non_null(files);
	for (; *files; files++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(CASE_MEMORY);
		struct yaml_documents documents = {0};

		if (!text_starts_with(*files, BASES))
			documents = read_documents(arena, *files);
		for (size_t i = 0; i < documents.count; i++) {
			struct cluster cluster =
				scenario_cluster(arena, *files, documents.items[i]);

			check(&cluster);
		}
	}
}
