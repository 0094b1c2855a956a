/* Any file of settings: settings within their bounds, or a failure that names the file. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "tests/support/fuzz_file.h"
#include "webhook/settings.h"

enum { MEMORY = 16 << 20 };

static void
check(const struct settings *settings)
{
	FUZZ_CHECK(!text_is_blank(settings->tls_cert) && !text_is_blank(settings->tls_key));
	FUZZ_CHECK(!settings->inventory || !settings->kubeconfig);
	FUZZ_CHECK(settings->threads >= 0 && settings->threads <= 64);
	FUZZ_CHECK(settings->max_connections >= 1 && settings->max_connections <= 100000);
	FUZZ_CHECK(settings->header_timeout >= CLOCK_MILLISECOND &&
		   settings->header_timeout <= 600 * CLOCK_SECOND);
	FUZZ_CHECK(settings->reservation_time >= CLOCK_SECOND &&
		   settings->reservation_time <= 3600 * CLOCK_SECOND);
	FUZZ_CHECK(text_only_has(settings->log_level, "a-z"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "peerwarden-webhook", option[] = "--config", path[] = "file";
	char *arguments[] = {name, option, path, NULL};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct fuzz_file files[] = {{"file", text, size}, {0}};
	struct settings settings;
	struct error error = FUZZ_ERROR;

	fuzz_files = files;
	if (settings_load(arena, 3, arguments, &settings, &error))
		check(&settings);
	else
		fuzz_check_error(&error);
	fuzz_files = NULL;
	return 0;
}
