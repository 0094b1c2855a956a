/* What tests of questions about remote networks and zones share: an inventory, an API server that
 * answers by a script, and somebody who asks. */
#pragma once

#include <stdatomic.h>

#include "tests/http/fake_server.h"
#include "webhook/remote_lookup.h"

#define LOOKUP_COLLECTION "/apis/peerwarden.io/v1alpha1/remotenetworks"
#define LOOKUP_CREATE     "POST " LOOKUP_COLLECTION "?fieldManager=peerwarden-webhook "
#define LOOKUP_MARK(name) "PATCH " LOOKUP_COLLECTION "/" name "?fieldManager=peerwarden-webhook "
#define LOOKUP_VERSION(version)                                                                    \
	FAKE_HEAD("200 OK") "\r\n{\"metadata\":{\"resourceVersion\":\"" version "\"}}"
#define LOOKUP_VPC    "vpc-0123456789abcdef0"
#define LOOKUP_DOMAIN "aws/123456789012/eu-west-1/" LOOKUP_VPC
#define LOOKUP_NAME   "aws-123456789012-eu-west-1-" LOOKUP_VPC

static const struct remote lookup_remote = {
	PROVIDER_AWS, "123456789012", "eu-west-1", LOOKUP_VPC, NULL};

#define LOOKUP_ZONE                                                                                \
	"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/group"                 \
	"/providers/Microsoft.Network/privateDnsZones/example.com"
#define LOOKUP_ZONE_DOMAIN                                                                         \
	"zone/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/group"             \
	"/providers/microsoft.network/privatednszones/example.com"
#define LOOKUP_ZONES "/apis/peerwarden.io/v1alpha1/remotezones"

static const struct remote lookup_zone = {PROVIDER_AZURE, "", "", LOOKUP_ZONE, NULL};

struct lookup_ground {
	struct fake_server server;
	struct kube_config config;
	struct inventory *inventory;
	struct remote_lookup *lookup;
	atomic_int changes; /* how often an answer may have been there */
};

static inline void
lookup_ground_changed(void *context)
{
	struct lookup_ground *ground = context;

	atomic_fetch_add(&ground->changes, 1);
}

static inline void
lookup_ground_begin(struct lookup_ground *ground, const struct fake_step *steps, int author_limit)
{
	struct remote_lookup_settings settings = {
		.config = &ground->config,
		.changed = lookup_ground_changed,
		.context = ground,
		.wait = 60 * CLOCK_SECOND,
		.author_limit = author_limit,
		.limit = 100000,
	};

	*ground = (struct lookup_ground){.inventory = inventory_new()};
	settings.inventory = ground->inventory;
	fake_server_start(&ground->server, steps);
	ground->config.server.url = ground->server.url;
	ground->lookup = remote_lookup_start(&settings, NULL);
	if (!ground->lookup)
		abort();
}

/* Without remote_lookup_stop. */
static inline void
lookup_ground_end(struct lookup_ground *ground)
{
	fake_server_stop(&ground->server);
	inventory_free(ground->inventory);
}

static inline void
lookup_ground_show_zone(
	struct lookup_ground *ground, const char *name, uint64_t observed_version, bool tags_known)
{
	struct declaration zone = {
		.object = {KIND_REMOTE_ZONE, "", name},
		.home = LOOKUP_ZONE_DOMAIN,
		.defines_home = true,
		.remote = &lookup_zone,
		.observed_version = observed_version,
		.tags_known = tags_known,
	};

	inventory_lock(ground->inventory);
	inventory_store(ground->inventory, &zone);
	inventory_unlock(ground->inventory);
}

/* As the mirror shows it. */
static inline void
lookup_ground_show(struct lookup_ground *ground, const char *name, uint64_t observed_version,
	bool addresses_known)
{
	struct declaration network = {
		.object = {KIND_REMOTE_NETWORK, "", name},
		.home = LOOKUP_DOMAIN,
		.defines_home = true,
		.remote = &lookup_remote,
		.observed_version = observed_version,
		.addresses_known = addresses_known,
	};

	inventory_lock(ground->inventory);
	inventory_store(ground->inventory, &network);
	inventory_unlock(ground->inventory);
}
