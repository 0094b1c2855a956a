/* Any kubeconfig: who we are and where the server is, or a failure that names the file. */
#include "base/cleanup.h"
#include "base/text.h"
#include "kube/base64.h"
#include "kube/kube_config.h"
#include "tests/support/fuzz_file.h"

enum { MEMORY = 16 << 20, BYTES = 1 << 20 };

static void
load(struct arena *arena, const char *path)
{
	struct kube_config config;
	struct error error = FUZZ_ERROR;

	if (!kube_config_load(arena, path, &config, &error)) {
		fuzz_check_error(&error);
		FUZZ_CHECK(text_starts_with(error.message, path));
		return;
	}
	FUZZ_CHECK(config.server.url && *config.server.url);
	FUZZ_CHECK(!config.server.certificate == !config.server.key);
	FUZZ_CHECK(config.token_lifetime > 0);
	http_client_free(http_client_new(&config.server, NULL));
}

static void
decode(const char *text)
{
	CLEANUP(buffer_dispose) struct buffer bytes;

	buffer_init(&bytes, BYTES);
	if (base64_decode(text, &bytes))
		FUZZ_CHECK(bytes.length <= strlen(text) / 4 * 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct fuzz_file files[] = {{"folder/config", text, size}, {"config", text, size},
		{"folder/ca.crt", "PEM", 3}, {0}};

	fuzz_files = files;
	load(arena, "folder/config");
	arena_reset(arena);
	load(arena, "config");
	fuzz_files = NULL;
	decode(text);
	return 0;
}
