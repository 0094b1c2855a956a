/* A client of Azure whose Entra and Resource Manager are one scripted server. In replies, "@"
 * stands for the server's URL. */
#pragma once

#include "cloud/azure_client.h"
#include "tests/cloud/azure_answers.h"
#include "tests/cloud/entra_server.h"

enum { AZURE_STEPS = 24 };

#define AZURE_OWN   ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("own"))
#define AZURE_OTHER ENTRA_STEP(ENTRA_PATH(ENTRA_OTHER), ENTRA_GRANT("other"))
#define AZURE_ERROR(status, headers, code, message)                                                \
	FAKE_HEAD(status)                                                                          \
	headers "\r\n{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\"}}"

struct azure_setup {
	struct fake_server server;
	struct fake_step steps[AZURE_STEPS];
	int count;
	struct entra_environment environment;
	struct azure_token *tokens;
	struct azure_client_settings settings;
	struct azure_client *client;
	struct azure_place place;
	struct arena *arena;
	struct azure_error fault;
};

static inline const char *
azure_setup_reply(struct azure_setup *setup, const char *reply)
{
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, AZURE_MEMORY);
	for (; *reply; reply++)
		if (*reply == '@')
			buffer_append_text(&text, setup->server.url);
		else
			buffer_append_char(&text, *reply);
	return arena_text(setup->arena, buffer_text(&text));
}

/* The port has to be known before the replies are written. */
static inline void
azure_setup_start(struct azure_setup *setup, const struct fake_step *steps)
{
	static const char *const settings[] = {"AZURE_TENANT_ID=" ENTRA_TENANT,
		"AZURE_CLIENT_ID=" ENTRA_CLIENT, "AZURE_CLIENT_SECRET=" ENTRA_SECRET, NULL};
	static const struct fake_step none[] = {{0}};
	struct azure_token_settings tokens = {0};
	struct error error = {0};

	*setup = (struct azure_setup){.arena = arena_new(AZURE_MEMORY),
		.place = {.deadline = clock_monotonic() + 30 * CLOCK_SECOND}};
	fake_server_start(&setup->server, none);
	fake_server_stop(&setup->server);
	for (; steps[setup->count].expects; setup->count++) {
		assert_true(setup->count < AZURE_STEPS - 1);
		setup->steps[setup->count] = steps[setup->count];
		setup->steps[setup->count].reply =
			azure_setup_reply(setup, steps[setup->count].reply);
	}
	fake_server_resume(&setup->server, setup->steps);
	entra_environment_write(&setup->environment, setup->server.url, settings);
	tokens.environment = setup->environment.texts;
	setup->tokens = azure_token_new(&tokens);
	setup->settings = (struct azure_client_settings){.environment = setup->environment.texts,
		.tokens = setup->tokens,
		.manager = setup->server.url,
		.timeout = 20 * CLOCK_SECOND,
		.pace = CLOCK_MILLISECOND};
	setup->client = azure_client_new(&setup->settings, &error);
	if (!setup->client)
		fail_msg("%s", error.message);
}

/* Every step was asked for, and nothing else. */
static inline void
azure_setup_stop(struct azure_setup *setup)
{
	azure_client_free(setup->client);
	azure_token_free(setup->tokens);
	fake_server_stop(&setup->server);
	assert_int_equal(setup->server.unexpected, 0);
	assert_int_equal(setup->server.served, setup->count);
	arena_free(setup->arena);
}
