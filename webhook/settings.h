/* The settings of peerwarden-webhook: one option table, read from flags, environment and a YAML
 * file. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/options.h"
#include "kinds/kind_selection.h"

struct settings {
	const char *listen;
	const char *metrics_listen;
	const char *tls_cert;
	const char *tls_key;
	const char *client_ca;
	const char *client_names;
	const char *inventory;
	const char *kubeconfig;
	const char *pod_name;
	const char *pod_namespace;
	const char *kinds;
	const char *policy;
	const char *validating_configuration; /* names; "" for one that is not looked at */
	const char *mutating_configuration;
	const char *log_level;
	const char *config;
	int64_t threads; /* 0: one per processor */
	int64_t max_connections;
	int64_t max_waiting;
	int64_t lookup_author_limit;
	int64_t lookup_limit;
	int64_t header_timeout; /* this and all that follow: nanoseconds */
	int64_t body_timeout;
	int64_t reservation_time;
	int64_t stale_after;
	int64_t lookup_wait;
	int64_t registration_check;
	int64_t shutdown_delay;
	int64_t drain_time;
	struct kind_selection selection; /* that `kinds` names */
	bool help;
	bool version;
};

const struct option_table *settings_table(void);

/* Text lives in the arena or in argv. Unless --help or --version is asked for, settings that cannot
 * go together or are missing are ERROR_INVALID. */
bool settings_load(
	struct arena *arena, int argc, char **argv, struct settings *settings, struct error *error);
