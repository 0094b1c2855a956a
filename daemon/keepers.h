/* What the daemon keeps of its own installation beside its work, each in a thread of its own: the
 * webhook's certificates, and its registration with the API server. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "daemon/certificate_keeper.h"
#include "daemon/registration_keeper.h"
#include "daemon/settings.h"
#include "kube/kube_config.h"
#include "kube/leader.h"

struct keepers {
	struct certificate_keeper *certificates;  /* NULL where nobody wants it */
	struct registration_keeper *registration; /* likewise */
};

/* All is lent until keepers_stop, which is to be called on failure as well. */
bool keepers_start(struct keepers *keepers, const struct settings *settings,
	const struct kube_config *config, struct leader *leader, struct error *error);
/* The lead has come or gone. From any thread. */
void keepers_wake(struct keepers *keepers);
/* While the lead is still ours. */
void keepers_stop(struct keepers *keepers, int64_t patience);
