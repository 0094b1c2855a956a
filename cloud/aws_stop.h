/* Ends the conversations that are under way to get keys, when the program does.
 *
 * Whoever holds one enters its client here and takes it out before it is freed. Thread-safe.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"
#include "http/http_client.h"

/* One conversation; belongs to who holds it. */
struct aws_stop_entry {
	struct http_client *client;
	struct aws_stop_entry *next;
};

struct aws_stop {
	pthread_mutex_t mutex;
	struct aws_stop_entry *entries;
	bool stopped;
};

void aws_stop_init(struct aws_stop *stop);
void aws_stop_dispose(struct aws_stop *stop); /* nothing may be in it */

/* ERROR_TRANSIENT once it was stopped; then it has not been entered. A `stop` of NULL never stops,
 * and takes everything. */
bool aws_stop_enter(struct aws_stop *stop, struct aws_stop_entry *entry, struct http_client *client,
	struct error *error);
void aws_stop_leave(struct aws_stop *stop, struct aws_stop_entry *entry); /* if it is in it */

/* Cuts what is under way, within 100 ms, and lets nothing begin any more. */
void aws_stop_now(struct aws_stop *stop);
