#include "cloud/aws_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cloud/aws_channel.h"
#include "cloud/aws_environment.h"
#include "cloud/aws_keys.h"

enum { LARGEST_ANSWER = 8 << 20, SCRATCH = 1 << 20 };
/* By how much the clocks may differ before a signature is refused for it (it is five minutes). */
enum { LARGEST_SKEW = 240 };

static struct metric requests = METRIC_COUNTER("peerwarden_aws_requests_total",
	"Requests that were sent to EC2, by what came of them.", "action", "result");

static void
tell(void *own, enum cloud_failure failure, const char *code, const char *message)
{
	struct aws_call *call = own;

	call->fault = (struct aws_error){
		.code = code, .message = message, .request_id = "", .failure = failure};
}

static bool
get_keys(void *own, struct error *error)
{
	struct aws_call *call = own;

	return aws_credentials_get(call->shared->credentials, call->role, &call->keys, error);
}

static void
forget_keys(void *own)
{
	aws_keys_dispose(&((struct aws_call *)own)->keys);
}

static void
refuse_keys(void *own)
{
	struct aws_call *call = own;

	aws_credentials_refuse(call->shared->credentials, call->role, call->keys.id);
}

static bool
post(void *own, struct http_client *http, struct error *error)
{
	static const char *const wanted[] = {"x-amz-retry-after", NULL};
	struct aws_call *call = own;
	const struct aws_post post = {
		.url = call->common.url,
		.region = call->region,
		.service = "ec2",
		.keys = &call->keys,
		.time = call->time = clock_wall() / CLOCK_SECOND + atomic_load(&call->shared->skew),
		.form = call->form,
		.wanted = wanted,
		.timeout = call->common.shared->timeout,
		.limit = LARGEST_ANSWER,
	};

	return aws_channel_post(call->common.scratch, http, &post, &call->common.response, error);
}

/* That of SignatureDoesNotMatch tells the request with its token. */
static const char *
harmless_message(const struct aws_error *fault)
{
	return fault->failure == CLOUD_CREDENTIALS
		       ? "AWS refuses the keys that the call was signed with"
		       : fault->message;
}

static struct retry_fault
refuse(void *own)
{
	struct aws_call *call = own;
	const struct http_response *response = &call->common.response;
	const char *told = response->headers[0];
	struct aws_error *fault = &call->fault;
	uint64_t milliseconds = 0;

	*fault = aws_error_read(call->common.scratch, response->status,
		buffer_text(&response->body), response->body.length);
	fault->message = harmless_message(fault);
	if (call->creates && fault->status >= 500 && !fault->throttled)
		fault->failure = CLOUD_CONFLICT;
	if (!told || !text_to_number(told, UINT32_MAX, &milliseconds))
		milliseconds = 0;
	return (struct retry_fault){
		fault->failure, fault->throttled, (int64_t)milliseconds * CLOCK_MILLISECOND};
}

/* A wrong clock looks like wrong keys. EC2 calls it AuthFailure, too. */
static bool
corrects_clock(struct aws_call *call)
{
	int64_t date = call->common.response.date;
	bool may_be_it = call->fault.failure == CLOUD_CREDENTIALS ||
			 text_equal_ignoring_case(call->fault.code, "AuthFailure");

	if (call->clock_corrected || !may_be_it || !date ||
		llabs(date - call->time) <= LARGEST_SKEW)
		return false;
	atomic_store(&call->shared->skew, date - clock_wall() / CLOCK_SECOND);
	call->clock_corrected = true;
	return true;
}

static enum retry_step
decide(void *own, int64_t *wait)
{
	struct aws_call *call = own;

	return corrects_clock(call) ? RETRY_WAIT : call_retry(&call->common, wait);
}

static const struct call_kind kind = {
	.cloud = "AWS",
	.requests = &requests,
	.scratch = SCRATCH,
	.last_good = 200,
	.prepare = get_keys,
	.forget = forget_keys,
	.send = post,
	.refuse = refuse,
	.tell = tell,
	.decide = decide,
	.refresh = refuse_keys,
};

void
aws_call_tell(struct arena *arena, const struct aws_call *call, struct aws_error *fault)
{
	*fault = call->fault;
	fault->code = call_copy(arena, call->fault.code, CALL_LARGEST_CODE);
	fault->message = call_copy(arena, call->fault.message, CALL_LARGEST_MESSAGE);
	fault->request_id = call_copy(arena, call->fault.request_id, CALL_LARGEST_CODE);
	fault->failure = call_failure(fault->failure);
}

void
aws_call_end(struct aws_call *call)
{
	call_end(&call->common);
}

static bool
begin_call(struct aws_call *call)
{
	const char *action = buffer_text(call->form) + strlen("Action=");
	struct call *common = &call->common;
	struct error error = {0};

	call_begin(common, &kind, call);
	common->shared = &call->shared->common;
	common->action = arena_text_part(common->scratch, action, strcspn(action, "&"));
	common->subject =
		arena_printf(common->scratch, "EC2 of %s: %s", call->region, common->action);
	common->once = common->changes =
		!call->dry_run && !text_starts_with(common->action, "Describe");
	call->creates = common->changes && text_equal(common->action, "CreateVpcPeeringConnection");
	if (call->form->overflowed)
		return call_give_up(common, CLOUD_PERMANENT, "", "the request is too large");
	common->url = aws_environment_endpoint(
		common->scratch, call->shared->environment, "ec2", call->region, &error);
	return common->url || call_give_up(common, CLOUD_PERMANENT, "", error.message);
}

bool
aws_call_perform(struct aws_call *call)
{
	return begin_call(call) && call_perform(&call->common);
}
