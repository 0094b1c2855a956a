/* Writes a JSON Patch (RFC 6902) of replace, add and remove operations, for the mutating webhook.
 *
 * Paths are given in the dotted form of field paths ("spec.vpcPeerings[0].localConnectIP") and
 * written as JSON Pointers (RFC 6901) with their escapes.
 */
#pragma once

#include "base/buffer.h"

struct json_patch {
	struct buffer *out; /* receives the array; lent */
	size_t operations;
};

/* Appends the opening bracket; json_patch_close appends the closing one. No operation gives "[]".
 */
struct json_patch json_patch_open(struct buffer *out);
void json_patch_close(struct json_patch *patch);

void json_patch_replace_text(struct json_patch *patch, const char *field, const char *text);
void json_patch_add_text(struct json_patch *patch, const char *field, const char *text);
void json_patch_remove(struct json_patch *patch, const char *field);

/* An empty object or list at `field`, so that something can be added to what was absent
 * (metadata.labels). */
void json_patch_add_object(struct json_patch *patch, const char *field);
void json_patch_add_list(struct json_patch *patch, const char *field);
