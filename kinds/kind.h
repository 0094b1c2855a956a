/* The Kubernetes kinds that Peerwarden understands: one file per kind turns an object into a
 * declaration and knows its canonical form.
 *
 * The table here is the only place that knows groups, versions and plurals. Sources: the CRDs of
 * Kube-OVN (kubeovn.io/v1) and of Kyma's Cloud Manager (cloud-resources.kyma-project.io/v1beta1),
 * our own in manifests/crds.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json_edit.h"
#include "network/declaration.h"

/* One change to a field. */
struct change {
	const char *field; /* "spec.vpcPeerings[0].localConnectIP" */
	const char
		*before;   /* NULL when the field is added; what is missing around it comes along */
	const char *after; /* NULL when the field goes */
	struct change *next;
};
struct changes {
	struct change *first;
	struct change *last;
	size_t count;
};
void changes_add(struct arena *arena, struct changes *changes, struct field field,
	const char *before, const char *after);
void changes_append(struct changes *changes, const struct changes *more);
/* Does it, to the object and in the patch of `edit`. False when the object is of another shape. */
bool change_apply(struct json_edit *edit, const struct change *change);
/* As an audit annotation and a report say it: "field: before -> after". */
const char *change_text(struct arena *arena, const struct change *change);

struct kind_definition {
	enum kind kind;
	const char *group; /* "" for the core group */
	const char *version;
	const char *plural;
	bool namespaced;
	bool guarded; /* judged at admission; the others only inform */
	const char
		*namespace; /* ConfigMap: only this namespace and name are of interest; else NULL */
	const char *name;
	/* Fills the declaration, whose object, deleting flag and shoot label are set already. Never
	 * fails: what is wrong becomes a flaw. */
	void (*decode)(
		struct arena *arena, const struct json *object, struct declaration *declaration);
	/* Lists what text would be written otherwise; NULL when there is nothing to do for this
	 * kind. */
	void (*canonicalise)(
		struct arena *arena, const struct json *object, struct changes *changes);
};

/* All kinds, in the order of enum kind. */
extern const struct kind_definition *const kind_definitions[KINDS];

/* NULL for a kind that is not ours. `group` and `resource` as in an AdmissionRequest's resource. */
const struct kind_definition *kind_of_resource(const char *group, const char *resource);
/* From apiVersion ("kubeovn.io/v1") and kind; any version of the group matches. NULL for a kind
 * that is not ours. */
const struct kind_definition *kind_of_object(const struct json *object);
const char *kind_api_version(struct arena *arena, enum kind kind); /* "kubeovn.io/v1", "v1" */

/* The declaration of an object. `name` overrides metadata.name when not NULL
 * (AdmissionRequest.name). Fails with ERROR_INVALID only when there is no object or it has no name,
 * and with ERROR_EXHAUSTED when the arena is. */
bool kind_decode(struct arena *arena, const struct kind_definition *definition,
	const struct json *object, const char *name, struct declaration *declaration,
	struct error *error);

/* The canonical form as changes: trims blanks, canonical text of addresses, ids and prefixes, host
 * bits only where they have no meaning, defaults, and no entry twice. They are to be done in their
 * order: entries of a list go from its end. A second pass over the changed object lists nothing. */
struct changes kind_canonicalise(
	struct arena *arena, const struct kind_definition *definition, const struct json *object);
