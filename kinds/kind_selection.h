/* Which kinds an installation guards: all of a product, an API group that somebody installs or
 * does not.
 *
 *     kube-ovn   kubeovn.io
 *     kyma       cloud-resources.kyma-project.io
 *
 * Our own kinds and what Gardener says of the cluster belong to every selection.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "network/declaration.h"

#define KIND_SELECTION_ALL "kube-ovn,kyma"

struct kind_selection {
	bool has[KINDS];
};

/* From names of products, separated by commas; blanks around them do not count. ERROR_INVALID when
 * there is none, or one that is unknown or empty. */
bool kind_selection_read(const char *names, struct kind_selection *selection, struct error *error);

/* A NULL selection has all kinds. */
bool kind_selection_has(const struct kind_selection *selection, enum kind kind);
