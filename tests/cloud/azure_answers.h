/* Answers of Azure for tests: written here as Azure writes them, or recorded ones that stand beside
 * the project. */
#pragma once

#include <string.h>

#include "base/cleanup.h"
#include "cloud/azure_read.h"
#include "format/json.h"
#include "tests/support/cloud_examples.h"

enum { AZURE_MEMORY = 4 << 20 };

#define AZURE_GROUP                                                                                \
	"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers/"        \
	"Microsoft.Network/"
#define AZURE_VNET(name)    AZURE_GROUP "virtualNetworks/" name
#define AZURE_ZONE_ID       AZURE_GROUP "privateDnsZones/a.example"
#define AZURE_RULESET_ID    AZURE_GROUP "dnsForwardingRulesets/r1"
#define AZURE_PEERING_ID(n) AZURE_VNET("v1") "/virtualNetworkPeerings/" n
#define AZURE_PEERING_BODY(name, provisioning, state, sync)                                        \
	"{\r\n  \"name\": \"" name "\",\r\n  \"id\": \"" AZURE_PEERING_ID(                         \
		name) "\",\r\n"                                                                    \
		      "  \"etag\": \"W/\\\"e-1\\\"\",\r\n  \"properties\": {\r\n"                  \
		      "    \"provisioningState\": \"" provisioning                                 \
		      "\",\r\n    \"peeringState\": \"" state                                      \
		      "\",\r\n    \"peeringSyncLevel\": \"" sync "\",\r\n"                         \
		      "    \"remoteVirtualNetwork\": {\"id\": \"" AZURE_VNET(                      \
			      "v2") "\"},\r\n"                                                     \
				    "    \"allowVirtualNetworkAccess\": true, "                    \
				    "\"allowForwardedTraffic\": true,\r\n"                         \
				    "    \"remoteAddressSpace\": {\"addressPrefixes\": "           \
				    "[\"10.2.0.0/16\"]},\r\n"                                      \
				    "    \"remoteVirtualNetworkAddressSpace\": "                   \
				    "{\"addressPrefixes\": [\"10.2.0.0/16\","                      \
				    "\"fd00:2::/48\"]}\r\n  }\r\n}"
#define AZURE_LINK_BODY(provisioning, state)                                                       \
	"{\"id\":\"" AZURE_ZONE_ID                                                                 \
	"\\/virtualNetworkLinks\\/l1\",\"name\":\"l1\",\"etag\":\"\\\"5000\\\"\",\"location\":"    \
	"\"global\",\"tags\":{\"k\":\"v\"},\"properties\":{\"provisioningState\":\"" provisioning  \
	"\",\"registrationEnabled\":true,\"virtualNetwork\":{\"id\":\"" AZURE_VNET(                \
		"v1") "\"},"                                                                       \
		      "\"virtualNetworkLinkState\":\"" state "\"}}"

static inline const struct json *
azure_answer(struct arena *arena, const char *text)
{
	struct error error = {0};
	const struct json *root = azure_read_object(arena, text, strlen(text), &error);

	if (!root)
		fail_msg("%s", error.message);
	return root;
}

/* Of a file, the value at the path; "" is the whole. Skips the test where there is no such file. */
static inline const struct json *
azure_recorded(struct arena *arena, const char *name, const char *path)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const struct json *root;

	buffer_init(&text, AZURE_MEMORY);
	cloud_examples_read(arena_printf(arena, "azure/%s", name), &text);
	root = azure_read_object(arena, buffer_text(&text), text.length, NULL);
	assert_non_null(root);
	return *path ? json_nearest(root, path) : root;
}

static inline int
azure_set_up(void **state)
{
	*state = arena_new(AZURE_MEMORY);
	return 0;
}

static inline int
azure_tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

#define AZURE_TEST(name) cmocka_unit_test_setup_teardown(name, azure_set_up, azure_tear_down)
