#include "webhook/settings.h"

#include "base/clock.h"
#include "base/text.h"
#include "format/option_file.h"
#include "kube/pod.h"

#define FIELD(name) .offset = offsetof(struct settings, name)

static const struct option options[] = {
	{.name = "listen",
		.type = OPTION_TEXT,
		FIELD(listen),
		.default_value = ":8443",
		.placeholder = "ADDRESS:PORT",
		.help = "where the API server reaches the webhook over TLS; an empty address means "
			"all, IPv6 stands in brackets"},
	{.name = "tls-cert",
		.type = OPTION_TEXT,
		FIELD(tls_cert),
		.placeholder = "FILE",
		.help = "certificate chain of the webhook, PEM, the leaf first; read again when it "
			"changes"},
	{.name = "tls-key",
		.type = OPTION_TEXT,
		FIELD(tls_key),
		.placeholder = "FILE",
		.help = "private key of the webhook, PEM; read again when it changes"},
	{.name = "client-ca",
		.type = OPTION_TEXT,
		FIELD(client_ca),
		.placeholder = "FILE",
		.help = "require a client certificate signed by one of these authorities, PEM; "
			"probes then use the metrics port"},
	{.name = "client-names",
		.type = OPTION_TEXT,
		FIELD(client_names),
		.default_value = "",
		.placeholder = "NAMES",
		.help = "which of these client certificates are let in, by common name, DNS name "
			"or URI, separated by commas; empty for all"},
	{.name = "metrics-listen",
		.type = OPTION_TEXT,
		FIELD(metrics_listen),
		.default_value = ":8080",
		.placeholder = "ADDRESS:PORT",
		.help = "where /metrics, /statusz, /livez and /readyz are served without TLS; "
			"empty for nowhere"},
	{.name = "inventory",
		.type = OPTION_TEXT,
		FIELD(inventory),
		.placeholder = "DIR",
		.help = "judge against the manifests of this folder instead of a cluster; SIGHUP "
			"reads it again"},
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
		.help = "names the Lease with this replica's reservations, unlike that of any "
			"other; without it POD_NAME of the environment, or the host's name"},
	{.name = "pod-namespace",
		.type = OPTION_TEXT,
		FIELD(pod_namespace),
		.placeholder = "NAME",
		.help = "where the Leases of all replicas are; without it POD_NAMESPACE of the "
			"environment, or the namespace of the pod's ServiceAccount"},
	{.name = "kinds",
		.type = OPTION_TEXT,
		FIELD(kinds),
		.default_value = KIND_SELECTION_ALL,
		.placeholder = "NAMES",
		.help = "whose kinds are guarded, separated by commas: kube-ovn, kyma; the same "
			"for "
			"webhook and daemon, and no rights are needed for the others"},
	{.name = "policy",
		.type = OPTION_TEXT,
		FIELD(policy),
		.placeholder = "FILE",
		.help = "a PeeringPolicy, or a ConfigMap with one: actions, exemptions, pools, "
			"quotas; "
			"read again when it changes"},
	{.name = "reservation-time",
		.type = OPTION_DURATION,
		FIELD(reservation_time),
		.default_value = "75s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 3600 * CLOCK_SECOND,
		.help = "how long an admitted object counts of which nothing is seen, by the API "
			"server's clock; longer than its request timeout of 60s"},
	{.name = "stale-after",
		.type = OPTION_DURATION,
		FIELD(stale_after),
		.default_value = "60s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 24 * 3600 * CLOCK_SECOND,
		.help = "refuse to decide when a kind was not heard of for so long; a quiet kind "
			"is heard of every 20s to 35s"},
	{.name = "lookup-wait",
		.type = OPTION_DURATION,
		FIELD(lookup_wait),
		.default_value = "2s",
		.placeholder = "TIME",
		.minimum = 0,
		.maximum = 20 * CLOCK_SECOND,
		.help = "how long a request waits for the daemon to look up a remote network that "
			"is unknown, or that it would be refused for; at most a third of its time; "
			"0 never asks"},
	{.name = "lookup-author-limit",
		.type = OPTION_NUMBER,
		FIELD(lookup_author_limit),
		.default_value = "30",
		.placeholder = "NUMBER",
		.minimum = 1,
		.maximum = 100000,
		.help = "look-ups that one user may cause in a minute, at one replica; what is "
			"beyond is decided on what is known"},
	{.name = "lookup-limit",
		.type = OPTION_NUMBER,
		FIELD(lookup_limit),
		.default_value = "120",
		.placeholder = "NUMBER",
		.minimum = 1,
		.maximum = 100000,
		.help = "look-ups that all users together may cause in a minute, at one replica"},
	{.name = "validating-configuration",
		.type = OPTION_TEXT,
		FIELD(validating_configuration),
		.default_value = "peerwarden",
		.placeholder = "NAME",
		.help = "the ValidatingWebhookConfiguration that is compared with what the webhook "
			"needs; empty for none"},
	{.name = "mutating-configuration",
		.type = OPTION_TEXT,
		FIELD(mutating_configuration),
		.default_value = "peerwarden",
		.placeholder = "NAME",
		.help = "the same for the MutatingWebhookConfiguration"},
	{.name = "registration-check",
		.type = OPTION_DURATION,
		FIELD(registration_check),
		.default_value = "30s",
		.placeholder = "TIME",
		.minimum = CLOCK_SECOND,
		.maximum = 3600 * CLOCK_SECOND,
		.help = "how often the two configurations are looked at"},
	{.name = "threads",
		.type = OPTION_NUMBER,
		FIELD(threads),
		.default_value = "0",
		.placeholder = "NUMBER",
		.minimum = 0,
		.maximum = 64,
		.help = "serving threads; 0 means one per processor, at most 8"},
	{.name = "max-connections",
		.type = OPTION_NUMBER,
		FIELD(max_connections),
		.default_value = "1000",
		.placeholder = "NUMBER",
		.minimum = 1,
		.maximum = 100000,
		.help = "open connections at once; further ones wait"},
	{.name = "max-waiting",
		.type = OPTION_NUMBER,
		FIELD(max_waiting),
		.default_value = "512",
		.placeholder = "NUMBER",
		.minimum = 1,
		.maximum = 100000,
		.help = "requests that wait for the ledger at once; further ones are answered 503 "
			"with Retry-After"},
	{.name = "header-timeout",
		.type = OPTION_DURATION,
		FIELD(header_timeout),
		.default_value = "5s",
		.placeholder = "TIME",
		.minimum = CLOCK_MILLISECOND,
		.maximum = 600 * CLOCK_SECOND,
		.help = "time for the TLS handshake and the head of a request"},
	{.name = "body-timeout",
		.type = OPTION_DURATION,
		FIELD(body_timeout),
		.default_value = "10s",
		.placeholder = "TIME",
		.minimum = CLOCK_MILLISECOND,
		.maximum = 600 * CLOCK_SECOND,
		.help = "time for the body of a request and for taking its answer"},
	{.name = "shutdown-delay",
		.type = OPTION_DURATION,
		FIELD(shutdown_delay),
		.default_value = "10s",
		.placeholder = "TIME",
		.minimum = 0,
		.maximum = 600 * CLOCK_SECOND,
		.help = "after SIGTERM, how long new connections are still taken while the Service "
			"forgets this replica"},
	{.name = "drain-time",
		.type = OPTION_DURATION,
		FIELD(drain_time),
		.default_value = "10s",
		.placeholder = "TIME",
		.minimum = 0,
		.maximum = 600 * CLOCK_SECOND,
		.help = "after that, how long open connections may take to end"},
	{.name = "log-level",
		.type = OPTION_CHOICE,
		FIELD(log_level),
		.default_value = "info",
		.placeholder = "LEVEL",
		.choices = "debug|info|warn|error",
		.help = "the least important lines that are written; decisions are info"},
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
	.program = "peerwarden-webhook",
	.usage = "--tls-cert FILE --tls-key FILE [OPTION]...",
	.about = "Answers the admission reviews of a Kubernetes API server and refuses network "
		 "peerings that cannot work.",
};

const struct option_table *
settings_table(void)
{
	return &table;
}

/* An empty name would stand for nobody, or, taken wrongly, for everybody. */
static bool
is_list_of_names(const char *text)
{
	bool named = *text == '\0';

	for (; *text; text++) {
		if (*text == ',' && !named)
			return false;
		named = *text != ',' && (named || *text != ' ');
	}
	return named;
}

static bool
check_pod(const struct settings *settings, struct error *error)
{
	return settings->inventory ||
	       pod_check(settings->pod_name, settings->pod_namespace,
		       "they say where the replicas share their reservations", error);
}

static bool
check(const struct settings *settings, const char **operands, struct error *error)
{
	if (operands[0])
		return error_set(error, ERROR_INVALID, "unexpected argument \"%s\"", operands[0]);
	if (text_is_blank(settings->tls_cert) || text_is_blank(settings->tls_key))
		return error_set(error, ERROR_INVALID, "--tls-cert and --tls-key are required");
	if (!pod_is_name(settings->validating_configuration) ||
		!pod_is_name(settings->mutating_configuration))
		return error_set(error, ERROR_INVALID,
			"--validating-configuration and --mutating-configuration take a name "
			"(a-z, 0-9, \"-\", \".\")");
	if (!is_list_of_names(settings->client_names))
		return error_set(error, ERROR_INVALID,
			"--client-names takes names separated by commas; none may be empty");
	if (*settings->client_names && text_is_blank(settings->client_ca))
		return error_set(error, ERROR_INVALID, "--client-names needs --client-ca");
	if (settings->inventory && settings->kubeconfig)
		return error_set(error, ERROR_INVALID,
			"--inventory and --kubeconfig exclude each other: there is one source of "
			"truth");
	return check_pod(settings, error);
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
