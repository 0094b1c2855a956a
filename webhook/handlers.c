#include "webhook/handlers.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "registration/probe.h"
#include "validators/rules.h"
#include "validators/supplement.h"
#include "webhook/decide.h"
#include "webhook/mutate.h"
#include "webhook/review.h"

/* kube-apiserver cuts warnings once all of them together exceed 4096 characters; a few are left for
 * other webhooks. */
enum { ALL_WARNINGS = 3500 };

static const double seconds[] = {5e-6, 10e-6, 15e-6, 20e-6, 30e-6, 50e-6, 75e-6, 100e-6, 150e-6,
	250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 250e-3, 1, 0};

static struct metric requests = METRIC_COUNTER("peerwarden_admission_requests_total",
	"Admission reviews that were answered; kind is empty for objects that are not guarded.",
	"path", "verdict", "kind");
static struct metric durations = METRIC_HISTOGRAM("peerwarden_admission_duration_seconds",
	"Time from the end of a review's body to its answer.", seconds, "path");

static const char *
verdict_name(enum action action)
{
	return action == ACTION_DENY ? "deny" : action == ACTION_WARN ? "warn" : "allow";
}

/* False, and refused, when there is no review in the body. */
static bool
read_review(struct exchange *exchange, const struct source *source, struct review *review)
{
	struct error error;

	if (review_decode(exchange->arena, buffer_text(&exchange->body), exchange->body.length,
		    review, &error)) {
		if (review->definition && !source_guards(source, review->definition->kind))
			review->definition = NULL;
		return true;
	}
	exchange_refuse(exchange, error.kind == ERROR_EXHAUSTED ? 413 : 400,
		error.kind == ERROR_EXHAUSTED ? "too-large" : "not-a-review", "%s", error.message);
	return false;
}

/* False, and refused in a way that the API server tries again, when there can be no decision now.
 */
static bool
can_decide(struct exchange *exchange, const struct handlers *handlers, const struct review *review)
{
	enum source_state state = source_state(handlers->source);

	if (handlers->phase == HANDLERS_DRAINING) {
		exchange->retry_after = "0";
		exchange_refuse(exchange, 503, "draining", "this replica is going away");
	} else if (state != SOURCE_READY && review->definition && review->definition->guarded) {
		exchange->retry_after = "1";
		exchange_refuse(exchange, 503, "not-ready", "%s", source_state_text(state));
	}
	return exchange->status == 0;
}

struct seen_rules {
	const char *ids[RULES_LIMIT];
	size_t count;
};

static bool
is_first_of_its_rule(struct seen_rules *seen, const struct finding *finding)
{
	for (size_t i = 0; i < seen->count; i++)
		if (text_equal(seen->ids[i], finding->rule))
			return false;
	if (seen->count < RULES_LIMIT)
		seen->ids[seen->count++] = finding->rule;
	return true;
}

/* The ids of the rules with findings, each once; NULL without findings. */
static const char *
list_rules(struct arena *arena, const struct findings *findings)
{
	struct seen_rules seen = {.count = 0};
	const char *list = NULL;

	for (const struct finding *finding = findings->first; finding; finding = finding->next)
		if (is_first_of_its_rule(&seen, finding))
			list = list ? arena_printf(arena, "%s,%s", list, finding->rule)
				    : finding->rule;
	return list;
}

static void
collect_warnings(struct arena *arena, const struct findings *findings, struct review_answer *answer)
{
	const char **warnings = ARENA_ARRAY(arena, const char *, findings->count + 1);
	size_t characters = 0;
	size_t left_out = findings->untold[ACTION_WARN];

	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		const char *text;

		if (finding->action != ACTION_WARN)
			continue;
		text = finding_warning(arena, finding);
		characters += strlen(text);
		if (characters <= ALL_WARNINGS)
			warnings[answer->warning_count++] = text;
		else
			left_out++;
	}
	if (left_out > 0)
		warnings[answer->warning_count++] =
			arena_printf(arena, "and %zu more warnings", left_out);
	answer->warnings = warnings;
}

static void
log_decision(const struct review *review, const struct review_answer *answer, const char *findings,
	int64_t duration)
{
	log_info("decision", LOG_TEXT("uid", review->uid),
		LOG_TEXT("operation", review_operation_name(review->operation)),
		LOG_TEXT("kind", review->kind), LOG_TEXT("namespace", review->namespace),
		LOG_TEXT("name", review->name), LOG_TEXT("subresource", review->subresource),
		LOG_TEXT("user", review->user),
		LOG_TEXT("dryRun", review->dry_run ? "true" : "false"),
		LOG_TEXT("verdict", answer->verdict),
		LOG_NUMBER("code", answer->allowed ? 200 : answer->code),
		LOG_TEXT("rules", answer->rules), LOG_TEXT("findings", findings),
		LOG_NUMBER("microseconds", duration / 1000));
}

/* All that warns or denies, whoever may read it; NULL when nothing does. */
static const char *
say_all(struct arena *arena, const struct decision *decision)
{
	struct verdict verdict = {.action = decision->action, .findings = decision->findings};

	if (decision->action < ACTION_WARN || !decision->findings.count)
		return NULL;
	if (decision->message && !decision->withheld)
		return decision->message;
	return verdict_message(arena, &verdict);
}

/* Returns how long it has taken since `started`. */
static int64_t
answer_review(struct exchange *exchange, const struct review *review,
	const struct review_answer *answer, const char *path, int64_t started)
{
	const char *kind = review->definition ? kind_name(review->definition->kind) : "";
	int64_t duration;

	exchange->status = 200;
	exchange->type = "application/json";
	review_write(&exchange->answer, review->uid, answer);
	duration = clock_monotonic() - started;
	metric_add(&requests, 1, path, answer->verdict, kind);
	metric_observe(&durations, (double)duration / (double)CLOCK_SECOND, path);
	return duration;
}

static void
close_when_leaving(struct exchange *exchange, const struct handlers *handlers)
{
	if (handlers->phase != HANDLERS_SERVING)
		exchange->close = true;
}

/* True, and answered, when it is a probe of the way to here (registration/probe.h): a dry run, of
 * which nothing is stored, so that there is nothing to decide. */
static bool
answer_probe(struct exchange *exchange, const struct review *review, enum registration_type type,
	int64_t started)
{
	static const char *const paths[REGISTRATION_TYPES] = {
		[REGISTRATION_VALIDATING] = "/validate", [REGISTRATION_MUTATING] = "/mutate"};
	const char *warning =
		probe_warning(exchange->arena, type, review_probe(review), exchange->host);
	struct review_answer answer = {
		.allowed = true, .verdict = "allow", .warnings = &warning, .warning_count = 1};

	if (!warning)
		return false;
	answer_review(exchange, review, &answer, paths[type], started);
	return true;
}

/* A review that is being decided; it may have to wait in between. */
struct validation {
	struct review review;
	struct deciding *deciding;
	int64_t started;
};

static void
let_go(struct exchange *exchange)
{
	struct validation *validation = exchange->work;

	decide_abandon(validation->deciding);
}

/* NULL, and answered, when there is nothing to decide or nobody to do it. */
static struct validation *
begin_validation(struct exchange *exchange, struct handlers *handlers)
{
	struct validation *validation = ARENA_NEW(exchange->arena, struct validation);

	validation->started = clock_monotonic();
	close_when_leaving(exchange, handlers);
	if (!read_review(exchange, handlers->source, &validation->review) ||
		!can_decide(exchange, handlers, &validation->review) ||
		answer_probe(exchange, &validation->review, REGISTRATION_VALIDATING,
			validation->started))
		return NULL;
	validation->deciding = decide_begin(
		exchange->arena, handlers->source, &validation->review, exchange->deadline);
	exchange->work = validation;
	exchange->let_go = let_go;
	return validation;
}

static void
resume(void *exchange)
{
	exchange_resume(exchange);
}

static void
wait_for_decision(struct exchange *exchange, struct validation *validation)
{
	if (!exchange_may_suspend(exchange)) {
		exchange->retry_after = "1";
		exchange_refuse(exchange, 503, "waiting", "too many requests wait for a decision");
		return;
	}
	exchange_suspend(exchange);
	decide_wait(validation->deciding, resume, exchange);
}

static void
answer_decision(struct exchange *exchange, const struct validation *validation,
	const struct decision *decision)
{
	const struct review *review = &validation->review;
	struct review_answer answer = {
		.allowed = decision->action != ACTION_DENY,
		.code = decision->code,
		.message = decision->message,
		.verdict = verdict_name(decision->action),
		.rules = list_rules(exchange->arena, &decision->findings),
	};
	const char *findings = say_all(exchange->arena, decision);

	status_count_findings(&decision->findings);
	if (answer.allowed) /* a refusal's message says all */
		collect_warnings(exchange->arena, &decision->told, &answer);
	answer.findings = decision->withheld ? findings : NULL;
	log_decision(review, &answer, findings,
		answer_review(exchange, review, &answer, "/validate", validation->started));
}

static void
answer_validate(struct exchange *exchange, void *context)
{
	struct validation *validation = exchange->work;
	struct decision decision;

	if (!validation)
		validation = begin_validation(exchange, context);
	if (!validation)
		return;
	if (!decide_go_on(validation->deciding, &decision)) {
		wait_for_decision(exchange, validation);
	} else if (decision.retry_after) {
		exchange->retry_after = decision.retry_after;
		exchange->close = true; /* the next try is to come to another replica */
		exchange_refuse(exchange, 503, "undecided", "%s", decision.message);
	} else {
		answer_decision(exchange, validation, &decision);
	}
}

static void
answer_mutate(struct exchange *exchange, void *context)
{
	struct handlers *handlers = context;
	struct review_answer answer = {.allowed = true, .verdict = "allow"};
	struct buffer *patch = &exchange->body; /* the parsed text is a copy in the arena */
	struct mutation mutation;
	struct review review;
	int64_t started = clock_monotonic();

	close_when_leaving(exchange, handlers);
	if (!read_review(exchange, handlers->source, &review))
		return;
	/* Without the cluster, what it asks for would be left as it is, and refused. */
	if ((supplement_is_asked(review.object) || review_probe(&review)) &&
		!can_decide(exchange, handlers, &review))
		return;
	if (answer_probe(exchange, &review, REGISTRATION_MUTATING, started))
		return;
	buffer_clear(patch);
	mutation = mutate(exchange->arena, handlers->source, &review, patch);
	if (mutation.count > 0 && !patch->overflowed && !arena_exhausted(exchange->arena)) {
		answer.verdict = "change";
		answer.changes = mutation.changes;
		answer.patch = mutation.patch;
	}
	answer_review(exchange, &review, &answer, "/mutate", started);
}

static void
answer_livez(struct exchange *exchange, void *context)
{
	(void)context;
	exchange_reply(exchange, 200, "text/plain; charset=utf-8", "ok\n");
}

static void
answer_readyz(struct exchange *exchange, void *context)
{
	struct handlers *handlers = context;
	enum source_state state = source_state(handlers->source);
	struct error error;

	if (handlers->phase != HANDLERS_SERVING)
		exchange_reply(
			exchange, 503, "text/plain; charset=utf-8", "this replica is going away\n");
	else if (state != SOURCE_READY)
		exchange_reply(
			exchange, 503, "text/plain; charset=utf-8", source_state_text(state));
	else if (handlers->status &&
		 !status_certificate_is_valid(handlers->status, exchange->arena, &error))
		exchange_reply(exchange, 503, "text/plain; charset=utf-8", error.message);
	else
		answer_livez(exchange, context);
}

static void
answer_metrics(struct exchange *exchange, void *context)
{
	(void)context;
	exchange->status = 200;
	exchange->type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_write(&exchange->answer);
}

static void
answer_statusz(struct exchange *exchange, void *context)
{
	static const char *const phases[] = {
		[HANDLERS_SERVING] = "serving",
		[HANDLERS_LEAVING] = "leaving",
		[HANDLERS_DRAINING] = "draining",
	};
	const struct handlers *handlers = context;

	exchange->status = 200;
	exchange->type = "application/json";
	status_write(handlers->status, phases[handlers->phase], exchange->arena, &exchange->answer);
}

const struct endpoint handlers_admission[] = {
	{"/validate", "POST", answer_validate},
	{"/mutate", "POST", answer_mutate},
	{"/livez", "GET", answer_livez},
	{"/readyz", "GET", answer_readyz},
	{0},
};

const struct endpoint handlers_metrics[] = {
	{"/metrics", "GET", answer_metrics},
	{"/statusz", "GET", answer_statusz},
	{"/livez", "GET", answer_livez},
	{"/readyz", "GET", answer_readyz},
	{0},
};
