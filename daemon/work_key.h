/* The keys of the work queues: "<plural>/<name>" of an object without a namespace, for example
 * "remotezones/example" or "awsvpcpeerings/hub".
 */
#pragma once

#include "kinds/kind.h"

enum { WORK_KEY_SIZE = 512 };

/* Returns `key`. */
const char *work_key_write(char key[WORK_KEY_SIZE], const struct object_id *object);

/* The object that a key stands for, of a kind in `kinds` (KIND_BIT); false for any other text. The
 * name is lent from the key. */
bool work_key_read(const char *key, unsigned kinds, struct object_id *object);

/* What describes the far side of peerings and links. */
#define WORK_KEY_REMOTES (KIND_BIT(KIND_REMOTE_NETWORK) | KIND_BIT(KIND_REMOTE_ZONE))
