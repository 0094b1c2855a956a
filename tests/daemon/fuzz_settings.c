/* Any file of settings: settings within their bounds, or a failure that names the file. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "daemon/settings.h"
#include "tests/support/fuzz_file.h"

enum { MEMORY = 16 << 20 };

static void
check(const struct settings *settings)
{
	struct election_rules rules = settings_election(settings);

	FUZZ_CHECK(election_rules_are_good(&rules));
	FUZZ_CHECK(settings->workers >= 1 && settings->workers <= 64);
	FUZZ_CHECK(settings->report_limit >= 1 && settings->report_limit <= 100000);
	FUZZ_CHECK(settings->resync >= CLOCK_SECOND && settings->refresh >= CLOCK_SECOND);
	FUZZ_CHECK(text_equal(settings->mode, "observe") || text_equal(settings->mode, "manage"));
	FUZZ_CHECK(text_is_blank(settings->clouds) || settings_has_cloud(settings, "aws") ||
		   settings_has_cloud(settings, "gcp") || settings_has_cloud(settings, "azure"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "peerwarden-daemon", config[] = "--config", path[] = "file",
	     pod[] = "--pod-name=a", namespace[] = "--pod-namespace=b";
	char *arguments[] = {name, pod, namespace, config, path, NULL};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct fuzz_file files[] = {{"file", text, size}, {0}};
	struct settings settings;
	struct error error = FUZZ_ERROR;

	fuzz_files = files;
	if (settings_load(arena, 5, arguments, &settings, &error))
		check(&settings);
	else
		fuzz_check_error(&error);
	fuzz_files = NULL;
	return 0;
}
