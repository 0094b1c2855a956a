#include "registration/wanted.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "kinds/kind.h"
#include "registration/registration_entry.h"
#include "registration/registration_rules.h"

#define API_VERSION "admissionregistration.k8s.io/v1"
enum { LARGEST_FILE = 256 * 1024, MOST_ENTRIES = 16 };

/* The file that is read. */
struct reading {
	const char *file;
	struct wanted *wanted;
	struct error *error;
};

/* In front of the words: the file, and the line where there is one. */
static bool
fail(const struct reading *reading, const struct json *at, const char *words)
{
	struct json_location place = at ? json_location(at) : (struct json_location){0, 0};

	if (place.line == 0)
		return error_set(reading->error, ERROR_INVALID, "%s: %s", reading->file, words);
	return error_set(reading->error, ERROR_INVALID, "%s: line %zu: %s", reading->file,
		place.line, words);
}

static bool
has_text(const struct json *object, const char *name)
{
	return !text_is_blank(json_member_text(object, name));
}

/* A service, or else a URL. */
static bool
check_client(const struct reading *reading, const struct json *entry)
{
	const struct json *client = json_member(entry, "clientConfig");
	const struct json *service = json_present(client, "service");

	if (!service && !has_text(client, "url"))
		return fail(
			reading, client ? client : entry, "clientConfig needs a service or a url");
	if (service && has_text(client, "url"))
		return fail(reading, client, "clientConfig has both a service and a url");
	if (service && (!has_text(service, "name") || !has_text(service, "namespace")))
		return fail(reading, service, "the service needs a name and a namespace");
	return true;
}

static bool
check_policy(const struct reading *reading, const struct json *entry)
{
	const struct json *policy = json_member(entry, "failurePolicy");

	return !policy || text_equal(json_text(policy), "Fail") ||
	       text_equal(json_text(policy), "Ignore") ||
	       fail(reading, policy, "failurePolicy is neither Fail nor Ignore");
}

/* Whoever is not asked about the probe (registration/probe.h) can never be known to answer. */
static bool
check_rules(const struct reading *reading, const struct json *entry)
{
	const struct json *rules = json_member(entry, "rules");
	const struct json *rule = json_is_array(rules) ? json_first(rules) : NULL;

	while (rule &&
		!registration_rule_covers(rule, kind_definitions[KIND_REMOTE_NETWORK], "CREATE"))
		rule = json_next(rule);
	return rule || fail(reading, rules ? rules : entry,
			       "the rules have to take in CREATE of peerwarden.io/v1alpha1 "
			       "remotenetworks");
}

static bool
check_entry(const struct reading *reading, const struct json *list, const struct json *entry)
{
	const char *name = json_member_text(entry, "name");

	if (!json_is_object(entry) || text_is_blank(name))
		return fail(reading, entry, "an entry needs a name");
	for (const struct json *other = json_first(list); other != entry; other = json_next(other))
		if (text_equal(json_member_text(other, "name"), name))
			return fail(reading, entry, "two entries have this name");
	return check_rules(reading, entry) && check_client(reading, entry) &&
	       check_policy(reading, entry);
}

static bool
check_entries(const struct reading *reading, const struct json *object)
{
	const struct json *list = json_member(object, "webhooks");

	if (!json_is_array(list) || json_count(list) == 0)
		return fail(reading, object, "webhooks has to have an entry at least");
	if (json_count(list) > MOST_ENTRIES)
		return fail(reading, list, "there are more than 16 entries");
	for (const struct json *entry = json_first(list); entry; entry = json_next(entry))
		if (!check_entry(reading, list, entry))
			return false;
	return true;
}

static bool
is_name(const char *name)
{
	return name && strlen(name) <= 253 && text_only_has(name, "a-z0-9.-");
}

static bool
take(const struct reading *reading, const struct json *object)
{
	const char *kind = json_member_text(object, "kind");
	enum registration_type type = REGISTRATION_VALIDATING;

	while (type < REGISTRATION_TYPES && !text_equal(kind, registration_kind(type)))
		type++;
	if (type == REGISTRATION_TYPES ||
		!text_equal(json_member_text(object, "apiVersion"), API_VERSION))
		return fail(reading, object,
			"not a ValidatingWebhookConfiguration or MutatingWebhookConfiguration "
			"of " API_VERSION);
	if (reading->wanted->configurations[type])
		return fail(reading, object, "there are two of this kind");
	if (!is_name(json_member_text(json_member(object, "metadata"), "name")))
		return fail(reading, object, "metadata.name is missing or no name");
	reading->wanted->configurations[type] = object;
	return check_entries(reading, object);
}

bool
wanted_parse(struct arena *arena, const char *name, const char *text, size_t length,
	struct wanted *wanted, struct error *error)
{
	const struct reading reading = {name, wanted, error};
	struct yaml_documents documents;

	*wanted = (struct wanted){{NULL}};
	if (length > LARGEST_FILE)
		return fail(&reading, NULL, "more than 256 KiB");
	if (!yaml_parse(arena, text, length, &json_file_limits, &documents, error))
		return error_wrap(error, "%s", name);
	for (size_t i = 0; i < documents.count; i++)
		if (!take(&reading, documents.items[i]))
			return false;
	return documents.count > 0 || fail(&reading, NULL, "there is no object in it");
}

bool
wanted_read(struct arena *arena, const char *path, struct wanted *wanted, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, LARGEST_FILE);
	return file_read(path, &text, error) &&
	       wanted_parse(arena, path, buffer_text(&text), text.length, wanted, error);
}

const char *
wanted_name(const struct wanted *wanted, enum registration_type type)
{
	return json_member_text(json_member(wanted->configurations[type], "metadata"), "name");
}

static const struct json *
first_entry(const struct wanted *wanted, enum registration_type type)
{
	return json_first(json_member(wanted->configurations[type], "webhooks"));
}

const struct json *
wanted_entry(const struct wanted *wanted, enum registration_type type, const char *name)
{
	const struct json *entry = first_entry(wanted, type);

	while (entry && !text_equal(json_member_text(entry, "name"), name))
		entry = json_next(entry);
	return entry;
}

static bool
has_host(const char *const *hosts, const char *host)
{
	for (; *hosts; hosts++)
		if (text_equal(*hosts, host))
			return true;
	return false;
}

const char *const *
wanted_hosts(struct arena *arena, const struct wanted *wanted)
{
	const char **hosts = ARENA_ARRAY(arena, const char *, REGISTRATION_TYPES *MOST_ENTRIES + 1);
	size_t count = 0;

	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const struct json *entry = first_entry(wanted, type);

		for (; entry; entry = json_next(entry)) {
			const char *host = registration_entry_host(arena, entry);

			if (!has_host(hosts, host))
				hosts[count++] = host;
		}
	}
	return hosts;
}
