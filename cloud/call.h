/* The life of a call of a cloud, of as many attempts as it takes: leave to call, keys or tokens, a
 * channel, the request, what came of it, the wait until the next attempt, and the count of
 * requests. What differs from cloud to cloud stands in a table (struct call_kind).
 *
 * A call is not thread-safe; what it shares with others is (cloud/call_shared.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/metrics.h"
#include "cloud/call_shared.h"
#include "cloud/failure.h"
#include "cloud/retry.h"
#include "http/http_client.h"

/* The functions get the call of that cloud (call->own). */
struct call_kind {
	const char *cloud; /* "AWS", for messages */
	struct metric *requests;
	size_t scratch; /* bytes of memory that one call may take */
	int last_good;  /* answers with a status from 200 to this one are good */

	/* Gets the keys or tokens of one attempt; `forget` ends each attempt, even one without. */
	bool (*prepare)(void *own, struct error *error);
	void (*forget)(void *own);
	/* As http_client_call, with call->response. May tell the fault itself. */
	bool (*send)(void *own, struct http_client *http, struct error *error);
	/* The fault of an answer that is not good; what of it decides about another attempt. */
	struct retry_fault (*refuse)(void *own);
	/* A fault that no answer told. The message lives as long as the call. */
	void (*tell)(void *own, enum cloud_failure failure, const char *code, const char *message);
	/* What follows an attempt that failed. */
	enum retry_step (*decide)(void *own, int64_t *wait);
	/* The cloud refuses the keys or tokens of this attempt. */
	void (*refresh)(void *own);
};

/* Lies in the call of a cloud. Begun with its first members set and the rest zero. */
struct call {
	struct call_shared *shared;
	const char *url;     /* of the server */
	const char *action;  /* for metrics: "networks.get" */
	const char *subject; /* of what is told about an answer that cannot be read */
	bool changes;        /* so that nobody knows what is there after such an answer */
	bool once;           /* likewise when there is no answer at all; else it is sent again */

	struct http_response response; /* of the last attempt */
	struct arena *scratch;
	bool final; /* the fault is none that another attempt could mend */

	/* The rest is its own. */
	const struct call_kind *kind;
	void *own;
	struct retry_fault fault;
	struct retry retry;
};

/* First of all; call_end follows in any case. */
void call_begin(struct call *call, const struct call_kind *kind, void *own);
/* True with a good answer; else the fault was told. */
bool call_perform(struct call *call);
void call_end(struct call *call);

/* Tells a fault after which there is no other attempt; returns false. */
bool call_give_up(
	struct call *call, enum cloud_failure failure, const char *code, const char *message);
/* The answer was after all none that can be read: likewise. */
void call_doubt(struct call *call, const struct error *error);

/* For `decide`: as cloud/retry.h has it, with the budget that all calls share. */
enum retry_step call_retry(struct call *call, int64_t *wait);

/* For a fault that is handed on: a copy of at most so many bytes, and the class, where new keys
 * were no better. */
enum { CALL_LARGEST_CODE = 128, CALL_LARGEST_MESSAGE = 2048 };
const char *call_copy(struct arena *arena, const char *text, size_t most);
enum cloud_failure call_failure(enum cloud_failure failure);
