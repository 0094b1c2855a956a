#include "daemon/clouds.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cloud/aws_cloud.h"

#define CALL_TIMEOUT (4 * CLOCK_SECOND)
enum { MOST_CLOUDS = 3 };

struct aws {
	struct aws_credentials *credentials;
	struct aws_client *client;
	struct aws_cloud *cloud;
};

struct clouds {
	struct aws aws;
	struct cloud rows[MOST_CLOUDS + 1];
	size_t count;
};

static bool
open_aws(struct clouds *clouds, const struct clouds_settings *wanted, struct error *error)
{
	const struct settings *settings = wanted->settings;
	struct aws *aws = &clouds->aws;
	struct aws_client_settings client = {
		.environment = (const char *const *)environ,
		.timeout = wanted->longest < CALL_TIMEOUT ? wanted->longest : CALL_TIMEOUT,
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

struct clouds *
clouds_open(const struct clouds_settings *settings, struct error *error)
{
	struct clouds *clouds = memory_alloc(sizeof *clouds);

	if (!settings_has_cloud(settings->settings, "aws") || open_aws(clouds, settings, error))
		return clouds;
	clouds_close(clouds);
	return NULL;
}

void
clouds_close(struct clouds *clouds)
{
	if (!clouds)
		return;
	if (clouds->aws.cloud)
		aws_cloud_free(clouds->aws.cloud);
	aws_client_free(clouds->aws.client);
	aws_credentials_free(clouds->aws.credentials);
	free(clouds);
}

const struct cloud *
clouds_rows(const struct clouds *clouds)
{
	return clouds->rows;
}

bool
clouds_have(const struct clouds *clouds, enum kind peering)
{
	for (size_t i = 0; i < clouds->count; i++)
		if (clouds->rows[i].peering == peering)
			return true;
	return false;
}

void
clouds_abort(struct clouds *clouds)
{
	if (!clouds || !clouds->aws.client)
		return;
	aws_client_abort(clouds->aws.client);
	aws_credentials_abort(clouds->aws.credentials);
}
