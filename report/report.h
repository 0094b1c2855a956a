/* A report: the findings about a set of objects, ready to be shown in one of several forms.
 *
 * The JSON form is a contract with its readers (docs/report.md): names and meanings only ever gain
 * members.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/map.h"
#include "validators/finding.h"

struct report_entry {
	const struct finding *finding;
	const char *file; /* NULL when the object came from no file */
	size_t line;      /* from 1; 0 when unknown */
	size_t column;
	bool superseded; /* the other side of this conflict stands further down */
	struct report_entry *next;
};

/* What was taken for granted because it could not be known. */
struct assumption {
	const char *message; /* "VPC vpc-2 exists" */
	struct object_id
		object; /* the first that needs it; its name is NULL when it is of no one */
	struct assumption *next;
};

/* One that was judged, whatever came of it. */
struct report_object {
	struct object_id id; /* lent */
	struct report_object *next;
};

struct report {
	struct arena *arena;
	struct report_entry *first;
	struct report_entry *last;
	struct map *by_id;
	struct assumption *assumptions;
	struct assumption *last_assumption;
	struct map *by_message; /* the assumptions */
	struct report_object *judged;
	struct report_object *last_judged;
	size_t objects; /* that were judged */
	size_t foreign; /* of kinds that are not ours */
};

/* Entries live in the arena. */
void report_init(struct report *report, struct arena *arena);
void report_dispose(struct report *report); /* usable with CLEANUP */

/* Names an object that was judged, and counts it. The names live as long as the report. */
void report_judged(struct report *report, const struct object_id *object);

/* A finding that the report already holds (by its id: the other side of one conflict) moves to this
 * later place. ACTION_OFF is left out. */
void report_add(struct report *report, const struct finding *finding, const char *file, size_t line,
	size_t column);

/* Once for each message, which lives in the arena. `object` may be NULL. */
void report_assume(struct report *report, const struct object_id *object, const char *message);

size_t report_count(const struct report *report, enum action action);
/* The strongest action in it. */
enum action report_worst(const struct report *report);

/* The entry after `entry` that is to be shown, or the first one for NULL. */
const struct report_entry *report_next(
	const struct report *report, const struct report_entry *entry);

/* "file:line:column: deny: message [rule]", the way out indented below it, and a closing line of
 * figures. With `colour` by SGR codes (ECMA-48). */
void report_write_text(const struct report *report, bool colour, struct buffer *out);
/* What others have written, on one line of a terminal: control characters become question marks.
 * Lives in the arena, or is `text` itself. */
const char *report_plain(struct arena *arena, const char *text);
/* The lines of a hint, each with `indent` before it. */
void report_write_hint(
	struct arena *arena, const char *hint, const char *indent, struct buffer *out);
void report_write_json(const struct report *report, struct buffer *out);

/* SARIF 2.1.0 (OASIS, with errata 01): one run with all rules, and a result for each finding. */
void report_write_sarif(const struct report *report, struct buffer *out);

/* JUnit XML, as Ant's schema has it: a suite for each kind, a test case for each object, which
 * fails when it has a finding that is at least `mark`. Milder ones stand in the suite's system-out.
 * `now` is in seconds since 1970. */
void report_write_junit(
	const struct report *report, enum action mark, int64_t now, struct buffer *out);
/* One entry, as it stands in the list of findings. */
void report_write_entry_json(
	struct arena *arena, const struct report_entry *entry, struct buffer *out);
/* The members of an object's identity: apiVersion, kind, namespace, name. */
void report_write_object_json(
	struct arena *arena, const struct object_id *object, struct buffer *out);
