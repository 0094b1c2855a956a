/* What our own two kinds have in common: group and version, and the tags of what they stand for. */
#pragma once

#include "format/json.h"
#include "kinds/draft.h"

#define PEERWARDEN_API_GROUP   "peerwarden.io"
#define PEERWARDEN_API_VERSION "v1alpha1"

/* Declares the tags that the cloud showed (status.tags), or, until it was asked, those that were
 * set by hand (spec.tags). */
void peerwarden_read_tags(const struct draft *draft, const struct json *object);
