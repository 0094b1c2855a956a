#include "kube/kube_config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "kube/base64.h"

enum { LARGEST_FILE = 4 * 1024 * 1024 };
#define TOKEN_LIFETIME (60 * CLOCK_SECOND)

/* The file that is being read. */
struct source {
	struct arena *arena;
	const char *path;
	struct error *error;
};

static const char *
read_file(struct arena *arena, const char *path, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer content;

	buffer_init(&content, LARGEST_FILE);
	if (!file_read(path, &content, error))
		return NULL;
	return arena_text_part(arena, buffer_text(&content), content.length);
}

static const char *
relative_path(const struct source *source, const char *path)
{
	const char *slash = strrchr(source->path, '/');

	if (*path == '/')
		return path;
	if (!slash) /* "-" is a file like any other */
		return arena_printf(source->arena, "./%s", path);
	return arena_printf(
		source->arena, "%.*s/%s", (int)(slash - source->path), source->path, path);
}

static bool
fail(const struct source *source, const char *words, const char *name)
{
	return error_set(source->error, ERROR_INVALID, "%s: %s%s", source->path, words, name);
}

/* An empty text counts as absent, as for Go. */
static const char *
text_of(const struct json *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return text && *text ? text : NULL;
}

/* The content of member `name`-data, or of the file that member `name` names; NULL stays when
 * neither is there. */
static bool
take_content(const struct source *source, const struct json *object, const char *name,
	const char **content)
{
	CLEANUP(buffer_dispose) struct buffer bytes;
	const char *encoded = text_of(object, arena_printf(source->arena, "%s-data", name));
	const char *path = text_of(object, name);

	buffer_init(&bytes, LARGEST_FILE);
	if (encoded) {
		if (!base64_decode(encoded, &bytes) || strlen(buffer_text(&bytes)) != bytes.length)
			return fail(source, name, "-data is no base64 of a PEM text");
		*content = arena_text_part(source->arena, buffer_text(&bytes), bytes.length);
	} else if (path) {
		*content = read_file(source->arena, relative_path(source, path), source->error);
		return *content || error_wrap(source->error, "%s: %s", source->path, name);
	}
	return true;
}

static bool
refuse_members(const struct source *source, const struct json *object, const char *const *names)
{
	for (; *names; names++) {
		const struct json *member = json_present(object, *names);

		if (member && json_boolean(member, true) && !text_equal(json_text(member), ""))
			return fail(source, *names, " is not supported");
	}
	return true;
}

static bool
take_cluster(const struct source *source, const struct json *cluster, struct http_server *server)
{
	static const char *const refused[] = {"proxy-url", NULL};

	if (json_boolean(json_member(cluster, "insecure-skip-tls-verify"), false))
		return fail(source, "insecure-skip-tls-verify is refused",
			": give the certificate-authority");
	server->url = text_of(cluster, "server");
	server->server_name = text_of(cluster, "tls-server-name");
	if (!server->url)
		return fail(source, "the cluster has no server", "");
	return refuse_members(source, cluster, refused) &&
	       take_content(source, cluster, "certificate-authority", &server->authority);
}

static bool
take_user(const struct source *source, const struct json *user, struct kube_config *config)
{
	static const char *const refused[] = {
		"exec", "auth-provider", "as", "as-uid", "as-groups", "as-user-extra", NULL};
	const char *token_file = text_of(user, "tokenFile");

	config->token = text_of(user, "token");
	config->token_file = token_file ? relative_path(source, token_file) : NULL;
	config->server.user = text_of(user, "username");
	config->server.password = text_of(user, "password");
	if (!refuse_members(source, user, refused) ||
		!take_content(source, user, "client-certificate", &config->server.certificate) ||
		!take_content(source, user, "client-key", &config->server.key))
		return false;
	if (!config->server.certificate != !config->server.key)
		return fail(source, "a client-certificate and a client-key go together", "");
	return true;
}

/* The `member` of the entry `name` of a list of named entries; NULL with an error when there is
 * none. */
static const struct json *
find(const struct source *source, const struct json *root, const char *list, const char *member,
	const char *name)
{
	const struct json *item = json_first(json_member(root, list));

	while (item && !text_equal(json_member_text(item, "name"), name))
		item = json_next(item);
	item = json_member(item, member);
	if (!json_is_object(item)) {
		fail(source, arena_printf(source->arena, "there is no %s named ", member), name);
		return NULL;
	}
	return item;
}

static bool
take_context(const struct source *source, const struct json *root, struct kube_config *config)
{
	const char *name = text_of(root, "current-context");
	const struct json *context, *part;
	const char *user;

	if (!name)
		return fail(source, "there is no current-context", "");
	context = find(source, root, "contexts", "context", name);
	if (!context)
		return false;
	if (!text_of(context, "cluster"))
		return fail(source, "no cluster is named by context ", name);
	part = find(source, root, "clusters", "cluster", text_of(context, "cluster"));
	if (!part || !take_cluster(source, part, &config->server))
		return false;
	user = text_of(context, "user");
	if (!user)
		return true;
	part = find(source, root, "users", "user", user);
	return part && take_user(source, part, config);
}

/* The first that exists; the whole list when none does. */
static const char *
first_existing(struct arena *arena, const char *paths)
{
	for (const char *path = paths; *path;) {
		size_t length = strcspn(path, ":");
		const char *one = arena_text_part(arena, path, length);

		if (length > 0 && access(one, F_OK) == 0)
			return one;
		path += length + (path[length] == ':');
	}
	return paths;
}

bool
kube_config_load(
	struct arena *arena, const char *paths, struct kube_config *config, struct error *error)
{
	struct source source = {arena, first_existing(arena, paths), error};
	struct yaml_documents documents;
	const char *text = read_file(arena, source.path, error);

	*config = (struct kube_config){.token_lifetime = TOKEN_LIFETIME};
	if (!text)
		return false;
	if (!yaml_parse(arena, text, strlen(text), &json_file_limits, &documents, error))
		return error_wrap(error, "%s", source.path);
	if (documents.count != 1 || !json_is_object(documents.items[0]))
		return fail(&source, "not a kubeconfig", "");
	return take_context(&source, documents.items[0], config);
}

bool
kube_config_in_cluster(
	struct arena *arena, const char *folder, struct kube_config *config, struct error *error)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	bool is_v6 = host && strchr(host, ':');

	*config = (struct kube_config){.token_lifetime = TOKEN_LIFETIME};
	if (!host || !*host || !port || !*port)
		return error_set(error, ERROR_INVALID,
			"not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not "
			"set");
	config->server.url =
		arena_printf(arena, is_v6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
	config->token_file = arena_printf(arena, "%s/token", folder);
	config->server.authority =
		read_file(arena, arena_printf(arena, "%s/ca.crt", folder), error);
	return config->server.authority != NULL;
}

bool
kube_config_of(
	struct arena *arena, const char *paths, struct kube_config *config, struct error *error)
{
	return paths ? kube_config_load(arena, paths, config, error)
		     : kube_config_in_cluster(arena, KUBE_CONFIG_SERVICE_ACCOUNT, config, error);
}
