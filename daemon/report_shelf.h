/* Which reports are known to stand in one collection, by the uid they are named after, so that a
 * new list also tells which of them have gone. Not thread-safe. */
#pragma once

struct report_shelf;

struct report_shelf *report_shelf_new(void);
void report_shelf_free(struct report_shelf *shelf); /* NULL is allowed */

void report_shelf_put(struct report_shelf *shelf, const char *uid);
void report_shelf_remove(struct report_shelf *shelf, const char *uid);

/* A list begins; at its end what was not put since then is told and removed. */
void report_shelf_list_anew(struct report_shelf *shelf);
void report_shelf_keep_listed(
	struct report_shelf *shelf, void (*gone)(void *context, const char *uid), void *context);
