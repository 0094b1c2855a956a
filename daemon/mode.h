/* Whether what an object asks for is only observed in the cloud, or managed.
 *
 * The annotation peerwarden.io/mode says "observe" or "manage"; without it the program's setting
 * counts, and a word that is neither means observe. Where Kyma's Cloud Manager is at work the
 * object is observed whatever is written, so that two masters never fight: it marks objects with
 * the label cloud-resources.kyma-project.io/id (not GcpVpcPeerings) and, before that, with its
 * finalizer cloud-manager.kyma-project.io/deletion-hook.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "format/json.h"

enum mode { MODE_OBSERVE, MODE_MANAGE };

const char *mode_name(enum mode mode); /* "observe" */
bool mode_parse(const char *word, enum mode *mode);

struct mode_choice {
	enum mode mode;
	const char *problem; /* what was asked for and is not done; NULL where all is as asked */
	const char *hint;    /* the way out */
};
/* `usual` is the mode without an annotation. Texts live in the arena. */
struct mode_choice mode_of(struct arena *arena, const struct json *object, enum mode usual);
