#include "mirror/mirror.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "kinds/kind.h"
#include "base/ending.h"
#include "mirror/reflector.h"

#define MEASURE_EVERY CLOCK_SECOND

struct mirror {
	struct reflector_settings settings;
	struct ending ending;
	struct reflector *reflectors[KINDS];
	pthread_t measurer;
	bool started;
};

static void *
measure(void *context)
{
	struct mirror *mirror = context;

	do {
		for (int kind = 0; kind < KINDS; kind++)
			reflector_measure(mirror->reflectors[kind]);
	} while (!ending_wait(&mirror->ending, MEASURE_EVERY));
	return NULL;
}

static void
start_threads(struct mirror *mirror)
{
	for (int kind = 0; kind < KINDS; kind++)
		reflector_start(mirror->reflectors[kind]);
	thread_start(&mirror->measurer, measure, mirror);
	mirror->started = true;
}

struct mirror *
mirror_start(struct inventory *inventory, const struct kube_config *config,
	const struct mirror_observer *observer, struct error *error)
{
	struct mirror *mirror = memory_alloc(sizeof *mirror);
	bool usable = true;

	ending_init(&mirror->ending);
	mirror->settings = (struct reflector_settings){
		.config = config, .observer = observer, .ending = &mirror->ending};
	for (int kind = 0; kind < KINDS && usable; kind++) {
		mirror->reflectors[kind] =
			reflector_new(inventory, kind_definitions[kind], &mirror->settings, error);
		usable = mirror->reflectors[kind] != NULL;
	}
	if (!usable) {
		mirror_stop(mirror);
		return NULL;
	}
	start_threads(mirror);
	return mirror;
}

void
mirror_stop(struct mirror *mirror)
{
	ending_announce(&mirror->ending);
	for (int kind = 0; kind < KINDS && mirror->started; kind++)
		reflector_interrupt(mirror->reflectors[kind]);
	if (mirror->started)
		pthread_join(mirror->measurer, NULL);
	for (int kind = 0; kind < KINDS; kind++)
		reflector_free(mirror->reflectors[kind]);
	ending_dispose(&mirror->ending);
	free(mirror);
}

bool
mirror_is_synced(const struct mirror *mirror)
{
	for (int kind = 0; kind < KINDS; kind++)
		if (!reflector_is_synced(mirror->reflectors[kind]))
			return false;
	return true;
}

int64_t
mirror_age(const struct mirror *mirror)
{
	int64_t oldest = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		int64_t age = reflector_age(mirror->reflectors[kind]);

		oldest = age > oldest ? age : oldest;
	}
	return oldest;
}
