#include "daemon/subjects.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "network/hash.h"

enum { KEY_SIZE = 1024 };

struct subjects {
	struct map *by_uid;    /* all of them */
	struct map *by_object; /* those that are not known to be gone */
};

struct subjects *
subjects_new(void)
{
	struct subjects *subjects = memory_alloc(sizeof *subjects);

	subjects->by_uid = map_new();
	subjects->by_object = map_new();
	return subjects;
}

static void
free_subject(struct subject *subject)
{
	free((void *)(uintptr_t)subject->object.namespace);
	free((void *)(uintptr_t)subject->object.name);
	free(subject->uid);
	free(subject->key);
	free(subject);
}

void
subjects_free(struct subjects *subjects)
{
	for (struct map_cursor at = {0}; map_next(subjects->by_uid, &at);)
		free_subject(at.value);
	map_free(subjects->by_uid);
	map_free(subjects->by_object);
	free(subjects);
}

/* Of no other object: names have no slash. */
static void
write_key(struct buffer *key, const struct object_id *object)
{
	buffer_init(key, KEY_SIZE);
	buffer_printf(key, "%d/%s/%s", (int)object->kind, object->namespace, object->name);
}

struct subject *
subjects_of_object(struct subjects *subjects, const struct object_id *object)
{
	struct buffer key CLEANUP(buffer_dispose);

	write_key(&key, object);
	return map_get(subjects->by_object, buffer_text(&key));
}

struct subject *
subjects_of_uid(struct subjects *subjects, const char *uid)
{
	return map_get(subjects->by_uid, uid);
}

static void
let_go(struct subjects *subjects, struct subject *subject)
{
	if (subject && map_get(subjects->by_object, subject->key) == subject)
		map_remove(subjects->by_object, subject->key);
}

static struct subject *
add(struct subjects *subjects, const struct sighting *sighting)
{
	struct subject *subject = memory_alloc(sizeof *subject);
	struct buffer key;

	write_key(&key, &sighting->object);
	subject->object = (struct object_id){sighting->object.kind,
		memory_text(sighting->object.namespace), memory_text(sighting->object.name)};
	subject->uid = memory_text(sighting->uid);
	subject->created = sighting->created;
	subject->key = buffer_take(&key);
	map_put(subjects->by_uid, subject->uid, subject);
	return subject;
}

/* Flaws and the mark of deletion beside what declaration_fingerprint counts. */
static uint64_t
print_of(const struct declaration *declaration)
{
	uint64_t hash;

	if (!declaration)
		return 0;
	hash = hash_word(declaration_fingerprint(declaration), declaration->deleting);
	for (int i = 0; i < declaration->flaw_count; i++) {
		const struct flaw *flaw = &declaration->flaws[i];

		hash = hash_word(hash, (uint64_t)flaw->field.index);
		hash = hash_text(hash_text(hash, flaw->field.path), flaw->value);
		hash = hash_text(hash, flaw->reason);
	}
	return hash;
}

bool
subjects_see(struct subjects *subjects, const struct inventory *inventory,
	const struct sighting *sighting)
{
	struct subject *subject = subjects_of_uid(subjects, sighting->uid);
	struct subject *before = subjects_of_object(subjects, &sighting->object);
	uint64_t print;

	if (sighting->deleted) {
		let_go(subjects, subject);
		return true;
	}
	if (before != subject)
		let_go(subjects, before);
	if (!*sighting->uid)
		return true;
	print = print_of(inventory_find(inventory, &sighting->object));
	if (subject && before == subject && subject->print == print)
		return false;
	if (!subject)
		subject = add(subjects, sighting);
	subject->print = print;
	map_put(subjects->by_object, subject->key, subject);
	return true;
}

void
subjects_sweep(struct subjects *subjects, uint64_t round,
	void (*gone)(void *context, const char *uid), void *context)
{
	struct subject **old = memory_alloc(map_count(subjects->by_uid) * sizeof *old);
	size_t count = 0;

	for (struct map_cursor at = {0}; map_next(subjects->by_uid, &at);)
		if (((const struct subject *)at.value)->round != round)
			old[count++] = at.value;
	for (size_t i = 0; i < count; i++) {
		if (old[i]->wished)
			gone(context, old[i]->uid);
		let_go(subjects, old[i]);
		map_remove(subjects->by_uid, old[i]->uid);
		free_subject(old[i]);
	}
	free(old);
}
