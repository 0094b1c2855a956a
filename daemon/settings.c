#include "daemon/settings.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "format/option_file.h"
#include "kube/pod.h"

enum { VALIDITY_PARTS = 4 };

static const struct option_table table = {
	.options = settings_options,
	.program = "peerwarden-daemon",
	.usage = "[OPTION]...",
	.about = "Compares network peerings with what the clouds say, puts right what it may, and "
		 "reports what is wrong in the cluster.",
};

const struct option_table *
settings_table(void)
{
	return &table;
}

/* The next name of a list separated by commas, without blanks; NULL at its end. */
static const char *
next_name(const char **list, size_t *length)
{
	const char *start = *list;
	size_t size = strcspn(start, ",");

	if (*start == '\0')
		return NULL;
	*list = start[size] ? start + size + 1 : start + size;
	while (size > 0 && *start == ' ')
		start++, size--;
	while (size > 0 && start[size - 1] == ' ')
		size--;
	*length = size;
	return start;
}

static bool
is_word(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(text, word, length) == 0;
}

bool
settings_has_cloud(const struct settings *settings, const char *cloud)
{
	const char *list = settings->clouds, *name;
	size_t length;

	while ((name = next_name(&list, &length)))
		if (is_word(name, length, cloud))
			return true;
	return false;
}

struct election_rules
settings_election(const struct settings *settings)
{
	return (struct election_rules){
		.lease_duration = settings->lease_duration,
		.renew_deadline = settings->renew_deadline,
		.retry_period = settings->retry_period,
	};
}

struct rotation_policy
settings_rotation(const struct settings *settings)
{
	struct rotation_policy policy = rotation_default_policy;

	policy.authority_validity = settings->authority_validity / CLOCK_SECOND;
	policy.leaf_validity = settings->certificate_validity / CLOCK_SECOND;
	policy.settling = settings->certificate_settling / CLOCK_SECOND;
	policy.propagation = settings->certificate_propagation / CLOCK_SECOND;
	return policy;
}

/* A certificate is renewed with a third of its life left at least, in which its successor has to
 * arrive. */
static bool
check_certificates(const struct settings *settings, struct error *error)
{
	int64_t needed = settings->certificate_settling + settings->certificate_propagation;

	if (!text_equal(settings->certificates, "own"))
		return true;
	if (!settings->registration)
		return error_set(error, ERROR_INVALID,
			"--certificates own needs --registration, which says for which hosts and "
			"webhook configurations they are");
	if (!pod_is_name(settings->certificate_secret) || !*settings->certificate_secret)
		return error_set(
			error, ERROR_INVALID, "--certificate-secret is no name of a Secret");
	if (settings->certificate_validity > settings->authority_validity)
		return error_set(error, ERROR_INVALID,
			"--certificate-validity must not be longer than --ca-validity");
	if (settings->certificate_validity < VALIDITY_PARTS * needed)
		return error_set(error, ERROR_INVALID,
			"--certificate-validity must be at least four times "
			"--certificate-settling and --certificate-propagation together");
	return true;
}

static bool
check_clouds(const struct settings *settings, struct error *error)
{
	const char *list = settings->clouds, *name;
	size_t length;

	while ((name = next_name(&list, &length)))
		if (!is_word(name, length, "aws") && !is_word(name, length, "gcp") &&
			!is_word(name, length, "azure"))
			return error_set(error, ERROR_INVALID,
				"--clouds knows no \"%.*s\"; it takes: aws, gcp, azure",
				(int)length, name);
	return true;
}

static bool
check_pod(const struct settings *settings, struct error *error)
{
	return pod_check(settings->pod_name, settings->pod_namespace,
		"they say who this replica is and where the Lease of the leader stands", error);
}

static bool
check(const struct settings *settings, const char **operands, struct error *error)
{
	struct election_rules rules = settings_election(settings);

	if (operands[0])
		return error_set(error, ERROR_INVALID, "unexpected argument \"%s\"", operands[0]);
	if (!election_rules_are_good(&rules))
		return error_set(error, ERROR_INVALID,
			"--lease-duration must be longer than --renew-deadline, and that longer "
			"than 1.2 times --retry-period");
	return check_clouds(settings, error) && check_certificates(settings, error) &&
	       check_pod(settings, error);
}

bool
settings_load(
	struct arena *arena, int argc, char **argv, struct settings *settings, struct error *error)
{
	const char **operands;

	*settings = (struct settings){0};
	if (!option_file_parse(arena, &table, argc, argv, settings, &operands, error))
		return false;
	settings->pod_name = pod_name(arena, settings->pod_name);
	settings->pod_namespace = pod_namespace(arena, settings->pod_namespace);
	return settings->help || settings->version ||
	       (kind_selection_read(settings->kinds, &settings->selection, error) &&
		       check(settings, operands, error));
}
