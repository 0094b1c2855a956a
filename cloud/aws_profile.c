#include "cloud/aws_profile.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/environment.h"

/* Not more than a person could mean. */
enum { LONGEST_NAME = 128 };

/* A property and where its value goes. */
struct property {
	const char *name;
	size_t offset;
};
#define PROPERTY(name)                                                                             \
	{                                                                                          \
		"aws_" #name, offsetof(struct aws_profile, name)                                   \
	}
#define PLAIN(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct aws_profile, name)                                          \
	}
static const struct property properties[] = {
	PROPERTY(access_key_id),
	PROPERTY(secret_access_key),
	PROPERTY(session_token),
	PLAIN(role_arn),
	PLAIN(source_profile),
	PLAIN(credential_source),
	PLAIN(external_id),
	PLAIN(role_session_name),
	PLAIN(duration_seconds),
	PLAIN(region),
	PLAIN(web_identity_token_file),
};

static const char *const unsupported[] = {
	"credential_process", "sso_session", "sso_start_url", "mfa_serial", "login_session"};

/* The file that is being read. */
struct reading {
	struct arena *arena;
	struct aws_profiles *profiles;
	enum aws_profile_file file;
	const char *path;
	size_t line;
	struct aws_profile *profile; /* NULL in a section that is passed over */
	bool in_section;
	bool has_property; /* a line that is indented deeper goes on with it */
	bool is_known;     /* that property */
	size_t indent;     /* of that property */
	struct error *error;
};

static bool
fail(const struct reading *reading, const char *words)
{
	return error_set(reading->error, ERROR_INVALID, "%s: line %zu: %s", reading->path,
		reading->line, words);
}

const struct aws_profile *
aws_profile_find(const struct aws_profiles *profiles, const char *name)
{
	for (const struct aws_profile *profile = profiles->first; profile; profile = profile->next)
		if (text_equal(profile->name, name))
			return profile;
	return NULL;
}

static struct aws_profile *
profile_named(struct reading *reading, const char *name)
{
	struct aws_profile **at = &reading->profiles->first;

	while (*at && !text_equal((*at)->name, name))
		at = &(*at)->next;
	if (*at)
		return *at;
	*at = arena_try(reading->arena, sizeof **at);
	if (*at)
		(*at)->name = name;
	return *at;
}

/* Ends the text behind its last letter; the first one is returned. */
static char *
trim(char *text)
{
	size_t length;
	const char *first = text_trim(text, &length);

	text += first - text;
	text[length] = '\0';
	return text;
}

/* The name of the profile whose section has this title; NULL for a section of another kind. */
static char *
profile_of_title(const struct reading *reading, char *title)
{
	static const char prefix[] = "profile";
	char *name = title + strlen(prefix);
	size_t length;

	if (reading->file == AWS_PROFILE_CREDENTIALS || text_equal(title, "default"))
		return title;
	if (!text_starts_with(title, prefix) || (*name != ' ' && *name != '\t'))
		return NULL;
	name = trim(name);
	length = strlen(name);
	if (length < 2 || (*name != '"' && *name != '\'') || name[length - 1] != *name)
		return name;
	name[length - 1] = '\0';
	return name + 1;
}

static bool
read_title(struct reading *reading, char *line)
{
	char *end = strchr(line, ']');
	const char *name;

	if (!end)
		return fail(reading, "the title of a section has to end with ]");
	*end = '\0';
	reading->in_section = true;
	reading->has_property = false;
	reading->profile = NULL;
	name = profile_of_title(reading, trim(line + 1));
	if (!name)
		return true;
	if (!*name || strlen(name) > LONGEST_NAME)
		return fail(reading, "not the name of a profile");
	reading->profile = profile_named(reading, name);
	return reading->profile || error_set(reading->error, ERROR_EXHAUSTED,
					   "%s: has too many profiles", reading->path);
}

/* A comment begins with # or ; behind a blank. */
static void
cut_comment(char *value)
{
	for (char *at = value; *at; at++) {
		if ((*at == '#' || *at == ';') &&
			(at == value || at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			return;
		}
	}
}

static bool
take_property(struct reading *reading, const char *name, const char *value)
{
	if (!reading->profile)
		return true;
	for (size_t i = 0; i < sizeof unsupported / sizeof *unsupported; i++)
		if (*value && text_equal(name, unsupported[i]))
			reading->profile->unsupported = unsupported[i];
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		if (!text_equal(name, properties[i].name))
			continue;
		reading->is_known = true;
		if (!*value)
			return true;
		if (!text_only_has(value, " -~"))
			return fail(reading, "a value has characters that no such value has");
		memcpy((char *)reading->profile + properties[i].offset, &value, sizeof value);
	}
	return true;
}

static bool
read_property(struct reading *reading, char *line, size_t indent)
{
	char *equals = strchr(line, '=');
	char *name;

	if (!equals)
		return fail(reading, "neither a section nor a property");
	if (!reading->in_section)
		return fail(reading, "a property before the first section");
	*equals = '\0';
	cut_comment(equals + 1);
	name = trim(line);
	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	reading->has_property = true;
	reading->is_known = false;
	reading->indent = indent;
	return take_property(reading, name, trim(equals + 1));
}

static bool
read_line(struct reading *reading, char *line)
{
	size_t indent = strspn(line, " \t");

	line = trim(line);
	if (!*line || *line == '#' || *line == ';')
		return true;
	if (reading->has_property && indent > reading->indent)
		return !reading->is_known || fail(reading, "a value has to be on one line");
	return *line == '[' ? read_title(reading, line) : read_property(reading, line, indent);
}

bool
aws_profile_parse(struct arena *arena, struct aws_profiles *profiles, enum aws_profile_file file,
	const char *path, const char *text, size_t length, struct error *error)
{
	struct reading reading = {arena, profiles, file, path, .error = error};
	char *copy = length < AWS_PROFILE_LARGEST_FILE ? arena_try(arena, length + 1) : NULL;

	if (!copy)
		return error_set(error, ERROR_EXHAUSTED, "%s: too large", path);
	memcpy(copy, text, length);
	profiles->texts[file] = copy;
	profiles->lengths[file] = length;
	if (memchr(copy, '\0', length))
		return error_set(error, ERROR_INVALID, "%s: not a text", path);
	for (char *line = copy, *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		reading.line++;
		if (!read_line(&reading, line))
			return false;
	}
	return true;
}

static bool
load_file(struct arena *arena, struct aws_profiles *profiles, enum aws_profile_file file,
	const char *path, struct error *error)
{
	CLEANUP(secret_dispose_buffer) struct buffer content;
	struct error words = {0};

	buffer_init(&content, AWS_PROFILE_LARGEST_FILE);
	if (file_read(path, &content, &words))
		return aws_profile_parse(
			arena, profiles, file, path, buffer_text(&content), content.length, error);
	return words.kind == ERROR_NOT_FOUND || error_set(error, words.kind, "%s", words.message);
}

static const char *
path_of(struct arena *arena, const char *const *environment, const char *variable, const char *name)
{
	const char *path = environment_get(environment, variable);
	const char *home = environment_get(environment, "HOME");

	if (path && text_starts_with(path, "~/") && home)
		return arena_printf(arena, "%s%s", home, path + 1);
	if (path || !home)
		return path;
	return arena_printf(arena, "%s/.aws/%s", home, name);
}

bool
aws_profile_load(struct arena *arena, const char *const *environment, struct aws_profiles *profiles,
	struct error *error)
{
	const char *config = path_of(arena, environment, "AWS_CONFIG_FILE", "config");
	const char *credentials =
		path_of(arena, environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");

	*profiles = (struct aws_profiles){0};
	if (config && !load_file(arena, profiles, AWS_PROFILE_CONFIG, config, error))
		return false;
	return !credentials ||
	       load_file(arena, profiles, AWS_PROFILE_CREDENTIALS, credentials, error);
}

void
aws_profile_wipe(struct aws_profiles *profiles)
{
	for (size_t i = 0; i < AWS_PROFILE_FILES; i++)
		if (profiles->texts[i])
			OPENSSL_cleanse(profiles->texts[i], profiles->lengths[i]);
	*profiles = (struct aws_profiles){0};
}
