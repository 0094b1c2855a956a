#include "daemon/settings.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "format/option_file.h"
#include "kube/pod.h"

#define FIELD(name) .offset = offsetof(struct settings, name)
#define HOUR        (3600 * CLOCK_SECOND)
#define YEAR        (365 * 24 * HOUR)
enum { VALIDITY_PARTS = 4 };

static const struct option options[] = {
	{.name = "listen",
		.type = OPTION_TEXT,
		FIELD(listen),
		.default_value = ":8081",
		.placeholder = "ADDRESS:PORT",
		.help = "where the status page, /statusz, /metrics, /livez and /readyz are served "
			"without TLS; empty for nowhere"},
	{.name = "kubeconfig",
		.type = OPTION_TEXT,
		FIELD(kubeconfig),
		.placeholder = "FILE",
		.help = "how to reach the cluster; without it the ServiceAccount of the pod is "
			"used"},
	{.name = "pod-name",
		.type = OPTION_TEXT,
		FIELD(pod_name),
		.placeholder = "NAME",
		.help = "names this replica in the Lease and in Events; without it POD_NAME of the "
			"environment, or the host's name"},
	{.name = "pod-namespace",
		.type = OPTION_TEXT,
		FIELD(pod_namespace),
		.placeholder = "NAME",
		.help = "where the Lease of the leader is; without it POD_NAMESPACE of the "
			"environment, or the namespace of the pod's ServiceAccount"},
	{.name = "kinds",
		.type = OPTION_TEXT,
		FIELD(kinds),
		.default_value = KIND_SELECTION_ALL,
		.placeholder = "NAMES",
		.help = "whose kinds are read and worked on, separated by commas: kube-ovn, kyma; "
			"the same for webhook and daemon, and no rights are needed for the others"},
	{.name = "policy",
		.type = OPTION_TEXT,
		FIELD(policy),
		.placeholder = "FILE",
		.help = "a PeeringPolicy, or a ConfigMap with one: the one that the webhook uses; "
			"read again when it changes"},
	{.name = "mode",
		.type = OPTION_CHOICE,
		FIELD(mode),
		.default_value = "observe",
		.placeholder = "MODE",
		.choices = "observe|manage",
		.help = "whether peerings are only looked at or made, mended and deleted; the "
			"annotation peerwarden.io/mode of an object goes before it"},
	{.name = "dns-resolution",
		.type = OPTION_CHOICE,
		FIELD(dns_resolution),
		.default_value = "keep",
		.placeholder = "CHOICE",
		.choices = "keep|on|off",
		.help = "whether the two networks of a peering resolve each other's private DNS "
			"names; the annotation peerwarden.io/dns-resolution of an object goes "
			"before it"},
	{.name = "clouds",
		.type = OPTION_TEXT,
		FIELD(clouds),
		.default_value = "",
		.placeholder = "NAMES",
		.help = "the clouds that are asked, separated by commas: aws; empty for none, "
			"which "
			"leaves the audit"},
	{.name = "aws-remote-role",
		.type = OPTION_TEXT,
		FIELD(aws_remote_role),
		.default_value = "CloudManagerPeeringRole",
		.placeholder = "NAME",
		.help = "the role that is assumed in the account of a remote VPC; empty for the "
			"daemon's own keys"},
	{.name = "aws-external-id",
		.type = OPTION_TEXT,
		FIELD(aws_external_id),
		.default_value = "",
		.placeholder = "TEXT",
		.help = "the external id that this role asks for"},
	{.name = "aws-local-role",
		.type = OPTION_TEXT,
		FIELD(aws_local_role),
		.default_value = "",
		.placeholder = "ARN",
		.help = "the role that is assumed in the cluster's own account; empty for the "
			"daemon's own keys"},
	{.name = "aws-local-region",
		.type = OPTION_TEXT,
		FIELD(aws_local_region),
		.default_value = "",
		.placeholder = "REGION",
		.help = "the region of the cluster's own VPC; empty for that of the shoot"},
	{.name = "aws-local-vpc",
		.type = OPTION_TEXT,
		FIELD(aws_local_vpc),
		.default_value = "",
		.placeholder = "ID",
		.help = "the cluster's own VPC; empty for the one that carries the shoot's name"},
	{.name = "tag-bypass",
		.type = OPTION_TEXT,
		FIELD(tag_bypass),
		.default_value = "",
		.placeholder = "KEY",
		.help = "a tag that lets a remote network be peered with as the shoot's own tag "
			"does; empty for none"},
	{.name = "resync",
		.type = OPTION_DURATION,
		FIELD(resync),
		.default_value = "10m",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 24 * HOUR,
		.help = "how often a peering on which nothing changes is compared with the cloud"},
	{.name = "refresh",
		.type = OPTION_DURATION,
		FIELD(refresh),
		.default_value = "10m",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 24 * HOUR,
		.help = "how often a remote network is looked up again"},
	{.name = "idle",
		.type = OPTION_DURATION,
		FIELD(idle),
		.default_value = "1h",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 30 * 24 * HOUR,
		.help = "when a RemoteNetwork that webhook or daemon have made and that no peering "
			"leads to any more is deleted"},
	{.name = "workers",
		.type = OPTION_NUMBER,
		FIELD(workers),
		.default_value = "4",
		.placeholder = "NUMBER",
		.minimum = 1,
		.maximum = 64,
		.help = "peerings, and as many remote networks, that are worked on at once"},
	{.name = "reports",
		.type = OPTION_CHOICE,
		FIELD(reports),
		.default_value = "wgpolicy",
		.placeholder = "FORM",
		.choices = "none|wgpolicy|openreports",
		.help = "the API group in which policy reports are written: wgpolicyk8s.io or "
			"openreports.io"},
	{.name = "report-passed",
		.type = OPTION_FLAG,
		FIELD(report_passed),
		.help = "report the rules that an object keeps, too"},
	{.name = "report-limit",
		.type = OPTION_NUMBER,
		FIELD(report_limit),
		.default_value = "10000",
		.placeholder = "NUMBER",
		.minimum = 1,
		.maximum = 100000,
		.help = "reports that there are at most; the worst ones are kept"},
	{.name = "report-interval",
		.type = OPTION_DURATION,
		FIELD(report_interval),
		.default_value = "60s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = HOUR,
		.help = "the least time between two writes of one report"},
	{.name = "registration",
		.type = OPTION_TEXT,
		FIELD(registration),
		.placeholder = "FILE",
		.help = "the webhook configurations as they should be, without caBundle; read "
			"again when it changes"},
	{.name = "registration-check",
		.type = OPTION_DURATION,
		FIELD(registration_check),
		.default_value = "10s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = HOUR,
		.help = "how often the leader looks at the live webhook configurations"},
	{.name = "certificates",
		.type = OPTION_CHOICE,
		FIELD(certificates),
		.default_value = "none",
		.placeholder = "CHOICE",
		.choices = "own|none",
		.help = "whether the leader makes and renews the webhook's certificates, with a CA "
			"of its own; none where cert-manager or somebody else does"},
	{.name = "certificate-secret",
		.type = OPTION_TEXT,
		FIELD(certificate_secret),
		.default_value = "peerwarden-webhook-tls",
		.placeholder = "NAME",
		.help = "the Secret in which they are, in the namespace of the pod"},
	{.name = "ca-validity",
		.type = OPTION_DURATION,
		FIELD(authority_validity),
		.default_value = "17520h",
		.placeholder = "TIME",
		.minimum = 10 * CLOCK_SECOND,
		.maximum = 20 * YEAR,
		.help = "how long a new CA is valid; it is replaced between the half and two "
			"thirds "
			"of its life"},
	{.name = "certificate-validity",
		.type = OPTION_DURATION,
		FIELD(certificate_validity),
		.default_value = "2160h",
		.placeholder = "TIME",
		.minimum = 10 * CLOCK_SECOND,
		.maximum = 20 * YEAR,
		.help = "the same for the serving certificate; no longer than that of the CA"},
	{.name = "certificate-settling",
		.type = OPTION_DURATION,
		FIELD(certificate_settling),
		.default_value = "30s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = HOUR,
		.help = "until every API server goes by a webhook configuration that was changed"},
	{.name = "certificate-propagation",
		.type = OPTION_DURATION,
		FIELD(certificate_propagation),
		.default_value = "180s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = HOUR,
		.help = "until the kubelet has brought a Secret that was changed to every replica"},
	{.name = "certificate-check",
		.type = OPTION_DURATION,
		FIELD(certificate_check),
		.default_value = "60s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 60 * CLOCK_SECOND,
		.help = "how often Secret and webhook configurations are looked at"},
	{.name = "lease-duration",
		.type = OPTION_DURATION,
		FIELD(lease_duration),
		.default_value = "15s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = HOUR,
		.help = "how long the other replicas leave a leader alone that is silent"},
	{.name = "renew-deadline",
		.type = OPTION_DURATION,
		FIELD(renew_deadline),
		.default_value = "10s",
		.placeholder = "TIME",
		.minimum = CLOCK_MILLISECOND,
		.maximum = HOUR,
		.help = "how long a leader goes on that cannot renew its Lease; shorter than "
			"lease-duration by what a call may take"},
	{.name = "retry-period",
		.type = OPTION_DURATION,
		FIELD(retry_period),
		.default_value = "2s",
		.placeholder = "TIME",
		.minimum = CLOCK_MILLISECOND,
		.maximum = HOUR,
		.help = "how often the Lease is renewed or looked at"},
	{.name = "log-level",
		.type = OPTION_CHOICE,
		FIELD(log_level),
		.default_value = "info",
		.placeholder = "LEVEL",
		.choices = "debug|info|warn|error",
		.help = "the least important lines that are written"},
	{.name = "config",
		.type = OPTION_TEXT,
		FIELD(config),
		.placeholder = "FILE",
		.help = "YAML file with any of these options by name",
		.flag_only = true},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		FIELD(help),
		.help = "print this help and exit",
		.flag_only = true},
	{.name = "version",
		.type = OPTION_FLAG,
		FIELD(version),
		.help = "print the version and exit",
		.flag_only = true},
	{0},
};

static const struct option_table table = {
	.options = options,
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
		if (!is_word(name, length, "aws"))
			return error_set(error, ERROR_INVALID,
				"--clouds knows no \"%.*s\"; it takes: aws", (int)length, name);
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
