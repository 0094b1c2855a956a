#include "cloud/gcp_token.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/aws_keys.h"

enum { MEMORY = 1 << 20 };
#define ADVISED      (225 * CLOCK_SECOND)
#define NEEDED       (60 * CLOCK_SECOND)
#define FIRST_HOLD   CLOCK_SECOND
#define LONGEST_HOLD (60 * CLOCK_SECOND)

struct gcp_token {
	struct gcp_token_settings settings;
	struct aws_stop stop;
	pthread_mutex_t mutex;
	pthread_cond_t renewed;
	struct gcp_grant grant; /* its token is NULL while there is none */
	int64_t advised;        /* monotonic, from when it should be renewed */
	int64_t needed;         /* and from when it must */
	bool renewing;          /* by some thread, to which the skew belongs */
	int64_t skew;           /* of Google's clock, seconds */
	unsigned failures;      /* in a row */
	int64_t held_until;     /* before it the failure stands */
	struct error failure;
};

static bool
ask_google(struct gcp_token *token, struct gcp_grant *grant, struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_credential credential = {.kind = GCP_CREDENTIAL_METADATA};
	const struct gcp_grant_source source = {
		.credential = &credential,
		.metadata_url = token->settings.metadata_url,
		.stop = &token->stop,
		.skew = &token->skew,
	};
	bool done = (!token->settings.path ||
			    gcp_credential_load(arena, token->settings.path, &credential, error)) &&
		    gcp_grant_fetch(&source, grant, error);

	aws_keys_wipe_text(credential.private_key);
	return done;
}

static bool
fetch(struct gcp_token *token, struct gcp_grant *grant, struct error *error)
{
	const struct gcp_token_settings *settings = &token->settings;

	return settings->fetch ? settings->fetch(settings->context, grant, error)
			       : ask_google(token, grant, error);
}

struct gcp_token *
gcp_token_new(const struct gcp_token_settings *settings)
{
	struct gcp_token *token = memory_alloc(sizeof *token);

	token->settings = *settings;
	if (!token->settings.monotonic)
		token->settings.monotonic = clock_monotonic;
	aws_stop_init(&token->stop);
	pthread_mutex_init(&token->mutex, NULL);
	pthread_cond_init(&token->renewed, NULL);
	return token;
}

void
gcp_token_free(struct gcp_token *token)
{
	if (!token)
		return;
	gcp_grant_dispose(&token->grant);
	pthread_cond_destroy(&token->renewed);
	pthread_mutex_destroy(&token->mutex);
	aws_stop_dispose(&token->stop);
	free(token);
}

void
gcp_token_abort(struct gcp_token *token)
{
	aws_stop_now(&token->stop);
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
keep(struct gcp_token *token, const struct gcp_grant *grant, int64_t asked)
{
	int64_t life = grant->lifetime * CLOCK_SECOND;
	int64_t end = asked + life;

	gcp_grant_dispose(&token->grant);
	token->grant = *grant;
	token->advised = end - smaller(ADVISED, life / 4);
	token->needed = end - smaller(NEEDED, life / 10);
	if (token->settings.monotonic() >= token->advised) /* it took long to come */
		token->advised = token->needed = end;
	token->failures = 0;
	token->held_until = 0;
}

static void
note_failure(struct gcp_token *token, const struct error *failure)
{
	int64_t hold = jitter_longest(FIRST_HOLD, LONGEST_HOLD, token->failures);

	token->failures++;
	token->failure = *failure;
	token->held_until = token->settings.monotonic() + jitter_between(hold - hold / 4, hold);
}

/* Called and left with the lock, which is given up meanwhile. */
static void
renew(struct gcp_token *token)
{
	struct gcp_grant grant = {0};
	struct error failure = {0};
	int64_t asked = token->settings.monotonic();
	bool done;

	token->renewing = true;
	pthread_mutex_unlock(&token->mutex);
	done = fetch(token, &grant, &failure);
	pthread_mutex_lock(&token->mutex);
	token->renewing = false;
	if (done && token->settings.monotonic() >= asked + grant.lifetime * CLOCK_SECOND) {
		gcp_grant_dispose(&grant);
		done = error_set(&failure, ERROR_TRANSIENT,
			"Google's access token had expired when it came");
	}
	if (done)
		keep(token, &grant, asked);
	else
		note_failure(token, &failure);
	pthread_cond_broadcast(&token->renewed);
}

/* Renews, waits or does neither, until the token may be used. */
static bool
make_ready(struct gcp_token *token, struct error *error)
{
	for (;;) {
		int64_t now = token->settings.monotonic();
		bool usable = token->grant.token && now < token->needed;
		bool held = token->failures > 0 && now < token->held_until;

		if (usable && (now < token->advised || token->renewing || held))
			return true;
		if (token->renewing)
			pthread_cond_wait(&token->renewed, &token->mutex);
		else if (held)
			return error_set(error, token->failure.kind, "%s", token->failure.message);
		else
			renew(token);
	}
}

char *
gcp_token_acquire(struct gcp_token *token, struct error *error)
{
	char *text = NULL;

	pthread_mutex_lock(&token->mutex);
	if (make_ready(token, error))
		text = memory_text(token->grant.token);
	pthread_mutex_unlock(&token->mutex);
	return text;
}

void
gcp_token_release(char **text)
{
	aws_keys_wipe_text(*text);
	free(*text);
	*text = NULL;
}

void
gcp_token_refuse(struct gcp_token *token, const char *text)
{
	pthread_mutex_lock(&token->mutex);
	if (text_equal(token->grant.token, text))
		token->needed = token->advised = INT64_MIN;
	pthread_mutex_unlock(&token->mutex);
}
