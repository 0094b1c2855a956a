#include "cloud/channel.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cloud/environment.h"

enum { LARGEST_BUNDLE = 4 << 20 };

struct http_client *
channel_open(struct channel_trust trust, const char *url, bool metadata, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer bundle;
	const char *path =
		trust.variable ? environment_get(trust.environment, trust.variable) : NULL;
	struct http_server server = {.url = url, .metadata = metadata};

	buffer_init(&bundle, LARGEST_BUNDLE);
	if (path && !file_read(path, &bundle, error)) {
		error_wrap(error, "%s", trust.variable);
		return NULL;
	}
	if (path)
		server.authority = buffer_text(&bundle);
	return http_client_new(&server, error);
}
