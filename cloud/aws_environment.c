#include "cloud/aws_environment.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "cloud/environment.h"

const char *
aws_environment_region(const char *const *environment)
{
	const char *region = environment_get(environment, "AWS_REGION");

	return region ? region : environment_get(environment, "AWS_DEFAULT_REGION");
}

static const struct {
	const char *prefix;
	const char *partition;
	const char *suffix;
	const char *main_region;
} partitions[] = {
	{"cn-", "aws-cn", "amazonaws.com.cn", "cn-north-1"},
	{"us-gov-", "aws-us-gov", "amazonaws.com", "us-gov-west-1"},
	{"us-iso-", "aws-iso", "c2s.ic.gov", "us-iso-east-1"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "us-isob-east-1"},
	{"", "aws", "amazonaws.com", "us-east-1"},
};
enum { PARTITIONS = sizeof partitions / sizeof *partitions };

static size_t
partition_of(const char *region)
{
	size_t i = 0;

	while (i + 1 < PARTITIONS && !text_starts_with(region, partitions[i].prefix))
		i++;
	return i;
}

const char *
aws_environment_partition(const char *region)
{
	return partitions[partition_of(region)].partition;
}

const char *
aws_environment_main_region(const char *partition)
{
	size_t i = 0;

	while (i + 1 < PARTITIONS && !text_equal(partition, partitions[i].partition))
		i++;
	return partitions[i].main_region;
}

static const char *
override_of(struct arena *arena, const char *const *environment, const char *service)
{
	char *name = arena_printf(arena, "AWS_ENDPOINT_URL_%s", service);
	const char *url;

	for (char *at = name; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	url = environment_get(environment, name);
	return url ? url : environment_get(environment, "AWS_ENDPOINT_URL");
}

static const char *
host_part(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? host + strlen("://") : url;
}

const char *
aws_environment_endpoint(struct arena *arena, const char *const *environment, const char *service,
	const char *region, struct error *error)
{
	const char *url = override_of(arena, environment, service);
	const char *slash = url ? strchr(host_part(url), '/') : NULL;

	if (!text_only_has(region, "a-z0-9-") || strlen(region) > 40) {
		error_set(error, ERROR_INVALID, "%.60s: not a region of AWS", region);
		return NULL;
	}
	if (slash && slash[1]) {
		error_set(error, ERROR_INVALID, "%s: the endpoint must not have a path", url);
		return NULL;
	}
	if (url)
		return slash ? arena_text_part(arena, url, (size_t)(slash - url)) : url;
	return arena_printf(arena, "https://%s.%s.%s", service, region,
		partitions[partition_of(region)].suffix);
}

const char *
aws_environment_host(struct arena *arena, const char *url)
{
	const char *host = host_part(url);
	const char *usual = text_starts_with(url, "https:") ? ":443" : ":80";
	size_t length = strcspn(host, "/");
	const char *copy = arena_text_part(arena, host, length);

	return text_ends_with(copy, usual) ? arena_text_part(arena, host, length - strlen(usual))
					   : copy;
}
