#include "kube/pod.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "kube/kube_config.h"

enum { LONGEST_NAME = 4096 };

#define NAMESPACE_FILE KUBE_CONFIG_SERVICE_ACCOUNT "/namespace"

const char *
pod_name(struct arena *arena, const char *given)
{
	char host[256] = "";

	if (!given)
		given = getenv("POD_NAME");
	if (given || gethostname(host, sizeof host - 1) != 0)
		return given;
	return arena_text(arena, host);
}

const char *
pod_namespace(struct arena *arena, const char *given)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const char *name;
	size_t length;

	buffer_init(&text, LONGEST_NAME);
	if (!given)
		given = getenv("POD_NAMESPACE");
	if (given || !file_read(NAMESPACE_FILE, &text, NULL))
		return given;
	name = text_trim(buffer_text(&text), &length);
	return arena_text_part(arena, name, length);
}

bool
pod_is_name(const char *text)
{
	return *text == '\0' || text_only_has(text, "a-z0-9.-");
}

bool
pod_check(const char *name, const char *namespace, const char *purpose, struct error *error)
{
	if (text_is_blank(namespace) || text_is_blank(name))
		return error_set(error, ERROR_INVALID,
			"--pod-name and --pod-namespace (POD_NAME, POD_NAMESPACE) are required: %s",
			purpose);
	if (pod_is_name(name) && pod_is_name(namespace))
		return true;
	return error_set(error, ERROR_INVALID,
		"--pod-name and --pod-namespace take a name (a-z, 0-9, \"-\", \".\")");
}
