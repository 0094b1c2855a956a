#include "cloud/stop.h"

#include <stddef.h>

void
stop_init(struct stop *stop)
{
	*stop = (struct stop){0};
	pthread_mutex_init(&stop->mutex, NULL);
}

void
stop_dispose(struct stop *stop)
{
	pthread_mutex_destroy(&stop->mutex);
}

bool
stop_enter(struct stop *stop, struct stop_entry *entry, struct http_client *client,
	struct error *error)
{
	bool stopped;

	if (!stop)
		return true;
	pthread_mutex_lock(&stop->mutex);
	stopped = stop->stopped;
	if (!stopped) {
		*entry = (struct stop_entry){client, stop->entries};
		stop->entries = entry;
	}
	pthread_mutex_unlock(&stop->mutex);
	return !stopped || error_set(error, ERROR_TRANSIENT, "the program is about to end");
}

void
stop_leave(struct stop *stop, struct stop_entry *entry)
{
	if (!stop)
		return;
	pthread_mutex_lock(&stop->mutex);
	for (struct stop_entry **at = &stop->entries; *at; at = &(*at)->next)
		if (*at == entry) {
			*at = entry->next;
			break;
		}
	pthread_mutex_unlock(&stop->mutex);
}

void
stop_now(struct stop *stop)
{
	pthread_mutex_lock(&stop->mutex);
	stop->stopped = true;
	for (struct stop_entry *at = stop->entries; at; at = at->next)
		http_client_abort(at->client);
	pthread_mutex_unlock(&stop->mutex);
}
