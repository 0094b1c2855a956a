#include "registration/probe.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/jitter.h"
#include "base/text.h"
#include "registration/registration_entry.h"

#define TARGET                                                                                     \
	"/apis/peerwarden.io/v1alpha1/remotenetworks?dryRun=All&fieldManager=peerwarden-probe"

static const char *const names[] = {
	[PROBE_NOT_ASKED] = "not-asked",
	[PROBE_ANSWERED] = "answered",
	[PROBE_SILENT] = "silent",
	[PROBE_IMPOSSIBLE] = "impossible",
};

static const char *const verbs[REGISTRATION_TYPES] = {
	[REGISTRATION_VALIDATING] = "validate",
	[REGISTRATION_MUTATING] = "mutate",
};

const char *
probe_answer_name(enum probe_answer answer)
{
	return names[answer];
}

/* The host follows. */
static const char *
warning_before_host(struct arena *arena, enum registration_type type, const char *word)
{
	return arena_printf(arena, "peerwarden %s answers probe %s at ", verbs[type], word);
}

/* `host` without a port. */
static const char *
warning_of(struct arena *arena, enum registration_type type, const char *word, const char *host)
{
	return arena_printf(
		arena, "%s%.*s", warning_before_host(arena, type, word), PROBE_HOST_LONGEST, host);
}

const char *
probe_warning(struct arena *arena, enum registration_type type, const char *word, const char *host)
{
	const char *bare = registration_entry_bare_host(arena, host);

	if (!word || strlen(word) > PROBE_WORD_LONGEST ||
		!text_only_has(word, PROBE_WORD_CHARACTERS) ||
		!text_only_has(bare, "a-zA-Z0-9._:-"))
		return NULL;
	return warning_of(arena, type, word, bare);
}

/* A network that no cloud has: a project's id has no word of this form. */
static const char *
object_of(struct arena *arena, const char *word)
{
	return arena_printf(arena,
		"{\"apiVersion\":\"peerwarden.io/v1alpha1\",\"kind\":\"RemoteNetwork\","
		"\"metadata\":{\"name\":\"peerwarden-probe-%s\",\"annotations\":{"
		"\"" PROBE_ANNOTATION "\":\"%s\"}},"
		"\"spec\":{\"gcp\":{\"project\":\"peerwarden-probe\",\"network\":\"probe-%s\"}}}",
		word, word, word);
}

static bool
is_among(const char *const *warnings, const char *text)
{
	for (; *warnings; warnings++)
		if (text_equal(*warnings, text))
			return true;
	return false;
}

static bool
begins_one(const char *const *warnings, const char *text)
{
	for (; *warnings; warnings++)
		if (text_starts_with(*warnings, text))
			return true;
	return false;
}

static bool
has_answered(struct arena *arena, const char *const *warnings, const struct wanted *wanted,
	enum registration_type type, const char *word)
{
	const struct json *configuration = wanted ? wanted->configurations[type] : NULL;
	const struct json *entry = json_first(json_member(configuration, "webhooks"));

	if (!entry)
		return begins_one(warnings, warning_before_host(arena, type, word));
	for (; entry; entry = json_next(entry)) {
		const char *host = registration_entry_host(arena, entry);

		if (!is_among(warnings, warning_of(arena, type, word, host)))
			return false;
	}
	return true;
}

/* The API server has gone as far as to call webhooks: it stored nothing and was content, or one of
 * them or its call is what it complains of. A request that took too long may have waited for one.
 */
static bool
was_asked(const struct kube_client *client, const struct error *error)
{
	switch (kube_client_outcome(client)) {
	case KUBE_DONE:
		return true;
	case KUBE_REFUSED:
		return strstr(error->message, "webhook") != NULL;
	default:
		return kube_client_status(client) == 504 ||
		       strstr(error->message, "calling webhook") != NULL;
	}
}

static const char *
explain(struct arena *arena, const struct probe_result *result, bool asked,
	const struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer paths;

	buffer_init(&paths, sizeof error->message);
	if (error->kind != ERROR_NONE)
		return arena_text(arena, error->message);
	for (enum registration_type type = 0; asked && type < REGISTRATION_TYPES; type++)
		if (result->answers[type] != PROBE_ANSWERED)
			buffer_printf(
				&paths, "%s/%s", paths.length > 0 ? " and " : "", verbs[type]);
	if (paths.length == 0)
		return "";
	return arena_printf(arena,
		"the API server got no answer of %s, and does not say why where failurePolicy is "
		"Ignore: its log names the failed call",
		buffer_text(&paths));
}

struct probe_result
probe_ask(struct arena *arena, struct kube_client *client, const struct wanted *wanted,
	int64_t timeout)
{
	const char *word = arena_printf(arena, "%016llx%016llx",
		(unsigned long long)jitter_between(0, INT64_MAX - 1),
		(unsigned long long)jitter_between(0, INT64_MAX - 1));
	struct kube_call call = {.method = HTTP_POST,
		.target = TARGET,
		.body = object_of(arena, word),
		.timeout = timeout};
	struct error error = {0};
	struct probe_result result = {.why = ""};
	const char *const *warnings;
	bool asked;

	kube_client_call(arena, client, &call, &error);
	asked = was_asked(client, &error);
	warnings = kube_client_warnings(arena, client);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		result.answers[type] = has_answered(arena, warnings, wanted, type, word)
					       ? PROBE_ANSWERED
				       : asked ? PROBE_SILENT
					       : PROBE_IMPOSSIBLE;
	result.why = explain(arena, &result, asked, &error);
	return result;
}
