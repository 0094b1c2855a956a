#include "tests/support/arena_limit.h"

#include <string.h>

#include "kube/kube_config.h"

static bool
load(struct arena *arena, void *path, struct error *error)
{
	struct kube_config config;

	if (!kube_config_load(arena, path, &config, error))
		return false;
	assert_non_null(config.server.url);
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	char token[] = "tests/kube/corpus/kube_config/token.yaml";
	char certificate[] = "tests/kube/corpus/kube_config/client-certificate.yaml";

	(void)state;
	assert_in_range(arena_limit_walk(load, token), 1024, 1 << 16);
	assert_in_range(arena_limit_walk(load, certificate), 1024, 1 << 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
