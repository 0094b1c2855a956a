#include "daemon/clouds.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/aws_cloud.h"
#include "cloud/azure_cloud.h"
#include "cloud/azure_link_cloud.h"
#include "cloud/gcp_cloud.h"

#define CALL_TIMEOUT (4 * CLOCK_SECOND)
/* That a change of a network's peerings takes, where nothing else is known. */
#define USUAL_CHANGE (5 * CLOCK_SECOND)
enum { MOST_ROWS = 4, METADATA_URL_SIZE = 256 };

struct aws {
	struct aws_credentials *credentials;
	struct aws_client *client;
	struct aws_cloud *cloud;
};

struct gcp {
	char metadata_url[METADATA_URL_SIZE];
	struct gcp_token *token;
	struct gcp_client *client;
	struct network_turns *turns;
	struct gcp_cloud *cloud;
};

struct azure {
	struct azure_token *tokens;
	struct azure_client *client;
	struct network_turns *turns;
	struct azure_cloud *cloud;
	struct azure_link_cloud *links;
};

struct clouds {
	struct aws aws;
	struct gcp gcp;
	struct azure azure;
	struct cloud rows[MOST_ROWS + 1];
	size_t count;
};

static int64_t
call_timeout(const struct clouds_settings *wanted)
{
	return wanted->longest < CALL_TIMEOUT ? wanted->longest : CALL_TIMEOUT;
}

/* --- AWS --- */

static bool
open_aws(struct clouds *clouds, const struct clouds_settings *wanted, struct error *error)
{
	const struct settings *settings = wanted->settings;
	struct aws *aws = &clouds->aws;
	struct aws_client_settings client = {
		.environment = (const char *const *)environ,
		.timeout = call_timeout(wanted),
		.may_call = wanted->may_call,
		.context = wanted->context,
	};
	struct aws_cloud_settings cloud = {
		.remote_role = settings->aws_remote_role,
		.external_id = settings->aws_external_id,
		.local_role = settings->aws_local_role,
		.local_region = settings->aws_local_region,
		.local_vpc = settings->aws_local_vpc,
	};

	aws->credentials = aws_credentials_new((const char *const *)environ);
	client.credentials = aws->credentials;
	aws->client = aws_client_new(&client, error);
	if (!aws->client)
		return false;
	cloud.client = aws->client;
	aws->cloud = aws_cloud_new(&cloud);
	clouds->rows[clouds->count++] = aws_cloud_row(aws->cloud);
	return true;
}

static void
abort_aws(struct aws *aws)
{
	if (!aws->client)
		return;
	aws_client_abort(aws->client);
	aws_credentials_abort(aws->credentials);
}

static void
close_aws(struct aws *aws)
{
	aws_cloud_free(aws->cloud);
	aws_client_free(aws->client);
	aws_credentials_free(aws->credentials);
}

/* --- Google Cloud --- */

static struct gcp_token *
open_gcp_token(struct gcp *gcp)
{
	const char *host = getenv("GCE_METADATA_HOST"),
		   *path = getenv("GOOGLE_APPLICATION_CREDENTIALS");
	struct gcp_token_settings settings = {.path = text_is_blank(path) ? NULL : path};

	if (!text_is_blank(host)) {
		snprintf(gcp->metadata_url, sizeof gcp->metadata_url, "http://%s", host);
		settings.metadata_url = gcp->metadata_url;
	}
	return gcp_token_new(&settings);
}

static void
open_gcp(struct clouds *clouds, const struct clouds_settings *wanted)
{
	const struct settings *settings = wanted->settings;
	struct gcp *gcp = &clouds->gcp;
	struct gcp_client_settings client = {
		.compute_url = settings->gcp_compute_url,
		.tags_url = settings->gcp_tags_url,
		.timeout = call_timeout(wanted),
		.may_call = wanted->may_call,
		.context = wanted->context,
	};
	struct gcp_access access = {
		.local_project = settings->gcp_local_project,
		.local_network = settings->gcp_local_network,
		.patience = call_timeout(wanted),
	};

	gcp->token = client.token = open_gcp_token(gcp);
	gcp->client = access.client = gcp_client_new(&client);
	gcp->turns = network_turns_new(USUAL_CHANGE);
	gcp->cloud = gcp_cloud_new(&access, gcp->turns);
	clouds->rows[clouds->count++] = gcp_cloud_row(gcp->cloud);
}

static void
abort_gcp(struct gcp *gcp)
{
	if (!gcp->client)
		return;
	gcp_client_abort(gcp->client);
	gcp_token_abort(gcp->token);
}

static void
close_gcp(struct gcp *gcp)
{
	if (!gcp->client)
		return;
	gcp_cloud_free(gcp->cloud);
	network_turns_free(gcp->turns);
	gcp_client_free(gcp->client);
	gcp_token_free(gcp->token);
}

/* --- Azure --- */

static const struct azure_sovereign *
find_sovereign(const struct settings *settings, struct error *error)
{
	const char *name = text_is_blank(settings->azure_cloud) ? getenv("AZURE_ENVIRONMENT")
								: settings->azure_cloud;
	const struct azure_sovereign *sovereign = azure_sovereign_find(name);

	if (!sovereign)
		error_set(error, ERROR_INVALID,
			"no Azure goes by the name \"%s\"; --azure-cloud takes AzureCloud, "
			"AzureUSGovernment and AzureChinaCloud",
			name);
	return sovereign;
}

/* Whose tenant is not told is of the program's own; "" where the environment tells none, as with a
 * managed identity. */
static const char *
own_tenant(const struct settings *settings)
{
	const char *tenant = getenv("AZURE_TENANT_ID");

	if (!text_is_blank(settings->azure_local_tenant))
		return settings->azure_local_tenant;
	return text_is_blank(tenant) ? "" : tenant;
}

static void
add_azure_rows(struct clouds *clouds, const struct clouds_settings *wanted)
{
	const struct settings *settings = wanted->settings;
	struct azure *azure = &clouds->azure;
	const struct azure_access access = {
		.client = azure->client,
		.local_vnet = settings->azure_local_vnet,
		.local_subscription = settings->azure_local_subscription,
		.local_tenant = own_tenant(settings),
		.patience = call_timeout(wanted),
	};

	azure->cloud = azure_cloud_new(&access, azure->turns);
	azure->links = azure_link_cloud_new(&access, azure->turns);
	clouds->rows[clouds->count++] = azure_cloud_row(azure->cloud);
	clouds->rows[clouds->count++] = azure_link_cloud_row(azure->links);
}

static bool
open_azure(struct clouds *clouds, const struct clouds_settings *wanted, struct error *error)
{
	const struct settings *settings = wanted->settings;
	const struct azure_sovereign *sovereign = find_sovereign(settings, error);
	struct azure *azure = &clouds->azure;
	struct azure_token_settings tokens = {(const char *const *)environ, sovereign, NULL};
	struct azure_client_settings client = {
		.environment = (const char *const *)environ,
		.sovereign = sovereign,
		.manager = text_is_blank(settings->azure_manager_url) ? NULL
								      : settings->azure_manager_url,
		.timeout = call_timeout(wanted),
		.may_call = wanted->may_call,
		.context = wanted->context,
	};

	if (!sovereign)
		return false;
	azure->tokens = client.tokens = azure_token_new(&tokens);
	azure->client = azure_client_new(&client, error);
	if (!azure->client)
		return false;
	azure->turns = network_turns_new(USUAL_CHANGE);
	add_azure_rows(clouds, wanted);
	return true;
}

static void
abort_azure(struct azure *azure)
{
	if (!azure->client)
		return;
	azure_client_abort(azure->client);
	azure_token_abort(azure->tokens);
}

static void
close_azure(struct azure *azure)
{
	azure_link_cloud_free(azure->links);
	azure_cloud_free(azure->cloud);
	network_turns_free(azure->turns);
	if (azure->client)
		azure_client_free(azure->client);
	if (azure->tokens)
		azure_token_free(azure->tokens);
}

/* --- all of them --- */

struct clouds *
clouds_open(const struct clouds_settings *settings, struct error *error)
{
	struct clouds *clouds = memory_alloc(sizeof *clouds);
	bool opened = true;

	if (settings_has_cloud(settings->settings, "aws"))
		opened = open_aws(clouds, settings, error);
	if (opened && settings_has_cloud(settings->settings, "gcp"))
		open_gcp(clouds, settings);
	if (opened && settings_has_cloud(settings->settings, "azure"))
		opened = open_azure(clouds, settings, error);
	if (opened)
		return clouds;
	clouds_close(clouds);
	return NULL;
}

void
clouds_close(struct clouds *clouds)
{
	if (!clouds)
		return;
	close_aws(&clouds->aws);
	close_gcp(&clouds->gcp);
	close_azure(&clouds->azure);
	free(clouds);
}

const struct cloud *
clouds_rows(const struct clouds *clouds)
{
	return clouds->rows;
}

bool
clouds_have(const struct clouds *clouds, enum kind kind)
{
	for (size_t i = 0; i < clouds->count; i++)
		if (clouds->rows[i].manages == kind)
			return true;
	return false;
}

void
clouds_abort(struct clouds *clouds)
{
	if (!clouds)
		return;
	abort_aws(&clouds->aws);
	abort_gcp(&clouds->gcp);
	abort_azure(&clouds->azure);
}
