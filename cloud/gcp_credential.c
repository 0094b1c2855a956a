#include "cloud/gcp_credential.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "format/json.h"

enum { HOUR = 3600, SHORTEST = 600, LONGEST = 43200 };
#define TOKEN_URL "https://oauth2.googleapis.com/token"
#define STS_URL   "https://sts.googleapis.com/v1/token"

static const struct json_limits limits = {
	.bytes = GCP_CREDENTIAL_LARGEST, .depth = 8, .values = 200, .refuse_duplicates = true};

static bool
is_url(const char *text)
{
	return text_only_has(text, "!-~") &&
	       (text_starts_with(text, "https://") || text_starts_with(text, "http://"));
}

/* False when the member is there and is no URL. */
static bool
read_url(const struct json *object, const char *name, const char *otherwise, const char **url,
	struct error *error)
{
	const struct json *member = json_present(object, name);

	*url = member ? json_text(member) : otherwise;
	return !member || (*url && is_url(*url)) ||
	       error_set(error, ERROR_INVALID, "%s: not a URL", name);
}

static bool
need_text(const struct json *object, const char *name, const char **text, struct error *error)
{
	*text = json_member_text(object, name);
	return !text_is_blank(*text) || error_set(error, ERROR_INVALID, "%s is missing", name);
}

static bool
read_key(const struct json *file, struct gcp_credential *credential, struct error *error)
{
	credential->kind = GCP_CREDENTIAL_KEY;
	credential->key_id = json_member_text(file, "private_key_id");
	return need_text(file, "client_email", &credential->email, error) &&
	       need_text(file, "private_key", &credential->private_key, error) &&
	       read_url(file, "token_uri", TOKEN_URL, &credential->token_url, error);
}

static bool
read_format(const struct json *source, struct gcp_credential *credential, struct error *error)
{
	const struct json *format = json_present(source, "format");
	const char *type = json_member_text(format, "type");

	if (!type || text_equal(type, "text"))
		return true;
	if (!text_equal(type, "json"))
		return error_set(error, ERROR_INVALID,
			"credential_source.format.type has to be text or json");
	return need_text(format, "subject_token_field_name", &credential->subject_field, error);
}

static bool
read_source(const struct json *file, struct gcp_credential *credential, struct error *error)
{
	const struct json *source = json_present(file, "credential_source");

	credential->subject_path = json_member_text(source, "file");
	if (text_is_blank(credential->subject_path))
		return error_set(error, ERROR_INVALID,
			"credential_source.file is missing: the subject token has to lie in a file "
			"(gcloud iam workload-identity-pools create-cred-config … "
			"--credential-source-file=PATH)");
	return read_format(source, credential, error);
}

static bool
read_lifetime(const struct json *file, struct gcp_credential *credential, struct error *error)
{
	const struct json *options = json_present(file, "service_account_impersonation");
	const struct json *member = json_present(options, "token_lifetime_seconds");

	credential->lifetime = HOUR;
	return !member ||
	       (json_integer(member, &credential->lifetime) && credential->lifetime >= SHORTEST &&
		       credential->lifetime <= LONGEST) ||
	       error_set(error, ERROR_INVALID, "token_lifetime_seconds has to be %d to %d",
		       SHORTEST, LONGEST);
}

static bool
read_federation(const struct json *file, struct gcp_credential *credential, struct error *error)
{
	credential->kind = GCP_CREDENTIAL_FEDERATION;
	return need_text(file, "audience", &credential->audience, error) &&
	       need_text(file, "subject_token_type", &credential->subject_type, error) &&
	       read_url(file, "token_url", STS_URL, &credential->token_url, error) &&
	       read_url(file, "service_account_impersonation_url", NULL,
		       &credential->impersonation_url, error) &&
	       read_source(file, credential, error) && read_lifetime(file, credential, error);
}

bool
gcp_credential_read(struct arena *arena, const char *text, size_t length,
	struct gcp_credential *credential, struct error *error)
{
	struct error wrong = {0};
	const struct json *file = json_parse(arena, text, length, &limits, &wrong);
	const char *type = json_member_text(file, "type");

	*credential = (struct gcp_credential){0};
	if (!file)
		return error_set(error, wrong.kind, "not a JSON file of credentials");
	if (text_equal(type, "service_account"))
		return read_key(file, credential, error);
	if (text_equal(type, "external_account"))
		return read_federation(file, credential, error);
	return error_set(error, ERROR_INVALID,
		"credentials of the type %.40s are not supported: it has to be service_account or "
		"external_account",
		type && text_only_has(type, "a-zA-Z0-9_-") ? type : "(none)");
}

bool
gcp_credential_load(struct arena *arena, const char *path, struct gcp_credential *credential,
	struct error *error)
{
	CLEANUP(secret_dispose_buffer) struct buffer text;

	buffer_init(&text, GCP_CREDENTIAL_LARGEST);
	*credential = (struct gcp_credential){0};
	if (!file_read(path, &text, error))
		return error_wrap(error, "GCP credentials");
	return gcp_credential_read(arena, buffer_text(&text), text.length, credential, error) ||
	       error_wrap(error, "GCP credentials %s", path);
}
