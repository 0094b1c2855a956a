#include "daemon/handlers.h"

#include "base/metrics.h"
#include "daemon/status_page.h"

#define PLAIN "text/plain; charset=utf-8"

static void
answer_livez(struct exchange *exchange, void *context)
{
	(void)context;
	exchange_reply(exchange, 200, PLAIN, "ok\n");
}

/* Whether it leads or not: a replica that waits for the lead is ready to take it. */
static void
answer_readyz(struct exchange *exchange, void *context)
{
	const struct handlers *handlers = context;

	if (handlers->is_synced(handlers->context))
		answer_livez(exchange, context);
	else
		exchange_reply(
			exchange, 503, PLAIN, "the cluster's objects are not all known yet\n");
}

static void
answer_metrics(struct exchange *exchange, void *context)
{
	const struct handlers *handlers = context;

	handlers->measure(handlers->context);
	exchange->status = 200;
	exchange->type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_write(&exchange->answer);
}

static void
answer_statusz(struct exchange *exchange, void *context)
{
	const struct handlers *handlers = context;
	struct status status;

	handlers->measure(handlers->context);
	handlers->look(handlers->context, exchange->arena, &status);
	exchange->status = 200;
	exchange->type = "application/json";
	status_write(&status, &exchange->answer);
}

static void
answer_page(struct exchange *exchange, void *context)
{
	const struct handlers *handlers = context;
	struct status status;

	handlers->look(handlers->context, exchange->arena, &status);
	exchange->status = 200;
	exchange->type = "text/html; charset=utf-8";
	status_page_write(exchange->arena, &status, &exchange->answer);
}

const struct endpoint handlers_plain[] = {
	{"/", "GET", answer_page},
	{"/statusz", "GET", answer_statusz},
	{"/metrics", "GET", answer_metrics},
	{"/livez", "GET", answer_livez},
	{"/readyz", "GET", answer_readyz},
	{0},
};
