/* The settings of peerwarden-daemon: one option table, read from flags, environment and a YAML
 * file. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/options.h"
#include "certs/rotation.h"
#include "kinds/kind_selection.h"
#include "kube/election.h"

struct settings {
	const char *listen; /* "" for nowhere */
	const char *kubeconfig;
	const char *pod_name;
	const char *pod_namespace;
	const char *kinds;
	const char *policy;
	const char *mode;           /* "observe" or "manage" */
	const char *dns_resolution; /* "keep", "on" or "off" */
	const char *clouds;         /* names separated by commas */
	const char *aws_remote_role;
	const char *aws_external_id;
	const char *aws_local_role;
	const char *aws_local_region;
	const char *aws_local_vpc;
	const char *gcp_local_project;
	const char *gcp_local_network;
	const char *gcp_compute_url;
	const char *gcp_tags_url;
	const char *azure_local_vnet;
	const char *azure_local_subscription;
	const char *azure_local_tenant;
	const char *azure_cloud;
	const char *azure_manager_url;
	const char *tag_bypass;
	const char *reports;      /* "none", "wgpolicy" or "openreports" */
	const char *registration; /* path of the file; NULL: nobody keeps it */
	const char *certificates; /* "own" or "none" */
	const char *certificate_secret;
	const char *log_level;
	const char *config;
	int64_t workers;
	int64_t report_limit;
	int64_t resync; /* this and all that follow: nanoseconds */
	int64_t refresh;
	int64_t idle;
	int64_t report_interval;
	int64_t registration_check;
	int64_t authority_validity;
	int64_t certificate_validity;
	int64_t certificate_settling;
	int64_t certificate_propagation;
	int64_t certificate_check;
	int64_t lease_duration;
	int64_t renew_deadline;
	int64_t retry_period;
	bool report_passed;
	struct kind_selection selection; /* that `kinds` names */
	bool help;
	bool version;
};

extern const struct option
	settings_options[]; /* the rows of the table; ended by one without name */
const struct option_table *settings_table(void);

/* Text lives in the arena or in argv. Unless --help or --version is asked for, settings that cannot
 * go together or are missing are ERROR_INVALID. */
bool settings_load(
	struct arena *arena, int argc, char **argv, struct settings *settings, struct error *error);

bool settings_has_cloud(const struct settings *settings, const char *cloud);
struct election_rules settings_election(const struct settings *settings);
struct rotation_policy settings_rotation(const struct settings *settings);
