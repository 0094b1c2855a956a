/* What our own two kinds have in common: group and version, and the facts of what they stand for.
 *
 * A fact that the cloud showed (status) takes the place of what an administrator wrote (spec). */
#pragma once

#include "format/json.h"
#include "kinds/draft.h"

#define PEERWARDEN_API_GROUP   "peerwarden.io"
#define PEERWARDEN_API_VERSION "v1alpha1"

/* A path, which stands below the status as well as below the spec. */
struct peerwarden_path {
	const char *seen;
	const char *given;
};
#define PEERWARDEN_PATH(path)                                                                      \
	{                                                                                          \
		"status." path, "spec." path                                                       \
	}

/* The part of an object in which a fact stands. */
struct peerwarden_part {
	const struct json *object; /* the status when the fact is there, else the spec */
	bool seen;
};
struct peerwarden_part peerwarden_part_with(
	const struct json *object, const struct peerwarden_path *fact);
struct field peerwarden_field(
	const struct peerwarden_part *part, const struct peerwarden_path *path, int index);

/* Declares the tags. */
void peerwarden_read_tags(const struct draft *draft, const struct json *object);

/* Declares the names that are taken: a list of {name, network}. "%d" is the entry's index. */
struct peerwarden_names {
	struct peerwarden_path list;    /* "peerings" */
	struct peerwarden_path entry;   /* "peerings[%d]" */
	struct peerwarden_path name;    /* "peerings[%d].name" */
	struct peerwarden_path network; /* "peerings[%d].network" */
};
void peerwarden_read_names(
	const struct draft *draft, const struct json *object, const struct peerwarden_names *names);

/* Declares the rights that are known to be missing. */
void peerwarden_read_missing_rights(const struct draft *draft, const struct json *object);

/* Declares for which version the cloud was last asked, and the first sentence of why it had no
 * answer. */
void peerwarden_read_lookup(const struct draft *draft, const struct json *object);

/* Where the network or zone is; "" when nobody has said so. */
const char *peerwarden_read_region(const struct draft *draft, const struct json *object);

/* Any text but an empty one: for the form of names that others chose. */
bool peerwarden_is_something(const char *text);
