/* Ends the conversations that are under way to get keys or tokens, when the program does.
 *
 * Whoever holds one enters its client here and takes it out before it is freed. Thread-safe.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"
#include "http/http_client.h"

/* One conversation; belongs to who holds it. */
struct stop_entry {
	struct http_client *client;
	struct stop_entry *next;
};

struct stop {
	pthread_mutex_t mutex;
	struct stop_entry *entries;
	bool stopped;
};

void stop_init(struct stop *stop);
void stop_dispose(struct stop *stop); /* nothing may be in it */

/* ERROR_TRANSIENT once it was stopped; then it has not been entered. A `stop` of NULL never stops,
 * and takes everything. */
bool stop_enter(struct stop *stop, struct stop_entry *entry, struct http_client *client,
	struct error *error);
void stop_leave(struct stop *stop, struct stop_entry *entry); /* if it is in it */

/* Cuts what is under way, within 100 ms, and lets nothing begin any more. */
void stop_now(struct stop *stop);
