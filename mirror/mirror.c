#include "mirror/mirror.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ending.h"
#include "base/memory.h"
#include "base/thread.h"
#include "kinds/kind.h"
#include "mirror/reflector.h"

#define MEASURE_EVERY CLOCK_SECOND

struct mirror {
	struct reflector_settings settings;
	struct ending ending;
	struct reflector *reflectors[KINDS]; /* of what is selected */
	int count;
	pthread_t measurer;
	bool started;
};

static void *
measure(void *context)
{
	struct mirror *mirror = context;

	do {
		for (int i = 0; i < mirror->count; i++)
			reflector_measure(mirror->reflectors[i]);
	} while (!ending_wait(&mirror->ending, MEASURE_EVERY));
	return NULL;
}

static void
start_threads(struct mirror *mirror)
{
	for (int i = 0; i < mirror->count; i++)
		reflector_start(mirror->reflectors[i]);
	thread_start(&mirror->measurer, measure, mirror);
	mirror->started = true;
}

static void
tell_left_out(struct inventory *inventory, const struct kind_selection *selection,
	const struct mirror_observer *observer)
{
	if (!observer || !observer->reached)
		return;
	inventory_lock(inventory);
	for (enum kind kind = 0; kind < KINDS; kind++)
		if (!kind_selection_has(selection, kind))
			observer->reached(observer->context, kind, MIRROR_LEFT_OUT);
	inventory_unlock(inventory);
}

struct mirror *
mirror_start(struct inventory *inventory, const struct kube_config *config,
	const struct kind_selection *selection, const struct mirror_observer *observer,
	struct error *error)
{
	struct mirror *mirror = memory_alloc(sizeof *mirror);
	bool usable = true;

	ending_init(&mirror->ending);
	mirror->settings = (struct reflector_settings){
		.config = config, .observer = observer, .ending = &mirror->ending};
	for (enum kind kind = 0; kind < KINDS && usable; kind++) {
		if (!kind_selection_has(selection, kind))
			continue;
		mirror->reflectors[mirror->count] =
			reflector_new(inventory, kind_definitions[kind], &mirror->settings, error);
		usable = mirror->reflectors[mirror->count] != NULL;
		mirror->count += usable;
	}
	if (!usable) {
		mirror_stop(mirror);
		return NULL;
	}
	tell_left_out(inventory, selection, observer);
	start_threads(mirror);
	return mirror;
}

void
mirror_stop(struct mirror *mirror)
{
	ending_announce(&mirror->ending);
	for (int i = 0; i < mirror->count && mirror->started; i++)
		reflector_interrupt(mirror->reflectors[i]);
	if (mirror->started)
		pthread_join(mirror->measurer, NULL);
	for (int i = 0; i < mirror->count; i++)
		reflector_free(mirror->reflectors[i]);
	ending_dispose(&mirror->ending);
	free(mirror);
}

bool
mirror_is_synced(const struct mirror *mirror)
{
	for (int i = 0; i < mirror->count; i++)
		if (!reflector_is_synced(mirror->reflectors[i]))
			return false;
	return true;
}

int64_t
mirror_age(const struct mirror *mirror)
{
	int64_t oldest = 0;

	for (int i = 0; i < mirror->count; i++) {
		int64_t age = reflector_age(mirror->reflectors[i]);

		oldest = age > oldest ? age : oldest;
	}
	return oldest;
}
