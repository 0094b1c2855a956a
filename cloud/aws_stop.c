#include "cloud/aws_stop.h"

#include <stddef.h>

void
aws_stop_init(struct aws_stop *stop)
{
	*stop = (struct aws_stop){0};
	pthread_mutex_init(&stop->mutex, NULL);
}

void
aws_stop_dispose(struct aws_stop *stop)
{
	pthread_mutex_destroy(&stop->mutex);
}

bool
aws_stop_enter(struct aws_stop *stop, struct aws_stop_entry *entry, struct http_client *client,
	struct error *error)
{
	bool stopped;

	if (!stop)
		return true;
	pthread_mutex_lock(&stop->mutex);
	stopped = stop->stopped;
	if (!stopped) {
		*entry = (struct aws_stop_entry){client, stop->entries};
		stop->entries = entry;
	}
	pthread_mutex_unlock(&stop->mutex);
	return !stopped || error_set(error, ERROR_TRANSIENT, "the program is about to end");
}

void
aws_stop_leave(struct aws_stop *stop, struct aws_stop_entry *entry)
{
	if (!stop)
		return;
	pthread_mutex_lock(&stop->mutex);
	for (struct aws_stop_entry **at = &stop->entries; *at; at = &(*at)->next)
		if (*at == entry) {
			*at = entry->next;
			break;
		}
	pthread_mutex_unlock(&stop->mutex);
}

void
aws_stop_now(struct aws_stop *stop)
{
	pthread_mutex_lock(&stop->mutex);
	stop->stopped = true;
	for (struct aws_stop_entry *at = stop->entries; at; at = at->next)
		http_client_abort(at->client);
	pthread_mutex_unlock(&stop->mutex);
}
