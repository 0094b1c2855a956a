#include "registration/registration_entry.h"

#include <string.h>

static const char *
url_path(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;

	return path ? path : "";
}

const char *
registration_entry_path(const struct json *entry)
{
	const struct json *client = json_member(entry, "clientConfig");
	const char *url = json_member_text(client, "url");
	const char *path = json_member_text(json_member(client, "service"), "path");

	if (url)
		return url_path(url);
	return path ? path : "";
}

const char *
registration_entry_bare_host(struct arena *arena, const char *authority)
{
	if (*authority == '[')
		return arena_text_part(arena, authority + 1, strcspn(authority + 1, "]"));
	return arena_text_part(arena, authority, strcspn(authority, ":/"));
}

const char *
registration_entry_host(struct arena *arena, const struct json *entry)
{
	const struct json *client = json_member(entry, "clientConfig");
	const struct json *service = json_member(client, "service");
	const char *name = json_member_text(service, "name");
	const char *namespace = json_member_text(service, "namespace");
	const char *url = json_member_text(client, "url");
	const char *host = url ? strstr(url, "://") : NULL;

	if (!url)
		return arena_printf(
			arena, "%s.%s.svc", name ? name : "", namespace ? namespace : "");
	if (!host)
		return url;
	return registration_entry_bare_host(arena, host + strlen("://"));
}
