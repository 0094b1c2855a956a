/* JSON written member by member, for a page about the program itself: what stands at the end of the
 * buffer says whether a comma goes before the next one. Text comes out valid whatever it is. A name
 * of NULL writes an item of a list.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* Only the name and what stands before it: the value follows in any other way. */
void json_members_begin(struct buffer *out, const char *name);

void json_members_open(struct buffer *out, const char *name); /* an object */
void json_members_close(struct buffer *out);
void json_members_open_list(struct buffer *out, const char *name);
void json_members_close_list(struct buffer *out);

void json_members_text(struct buffer *out, const char *name, const char *text); /* NULL is "" */
void json_members_flag(struct buffer *out, const char *name, bool flag);
/* Whole numbers in full; null for NaN and infinity, which JSON does not have. */
void json_members_number(struct buffer *out, const char *name, double number);
/* A time that has passed, as seconds. */
void json_members_seconds(struct buffer *out, const char *name, int64_t nanoseconds);
/* A time of the wall clock, in nanoseconds, as RFC 3339 has it. */
void json_members_time(struct buffer *out, const char *name, int64_t wall);

/* All metrics in their order, a list for each: labels, and value or count and sum. */
void json_members_metrics(struct buffer *out, const char *name);
