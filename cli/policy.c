/* `peerwarden policy check FILE`: what a policy says, and what of it has no effect. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/policy_source.h"
#include "validators/policy_remarks.h"
#include "validators/policy_summary.h"
#include "validators/rules.h"

enum { DAY = 24 * 3600 };

struct policy_settings {
	const char *output;
	bool help;
};

/* The file that is looked at. */
struct check {
	struct arena *arena;
	const char *path;
	const struct policy *policy;
	int64_t now; /* seconds since 1970 */
	const struct policy_remark *expired;
	const struct policy_remark *remarks;
	struct buffer out;
};

static const struct option policy_options[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = offsetof(struct policy_settings, output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = "text|json",
		.help = "how to print what the policy says"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = offsetof(struct policy_settings, help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table policy_table = {
	.options = policy_options,
	.program = "peerwarden policy",
	.usage = "[OPTION…] check FILE",
	.about = "Reads a PeeringPolicy, or a ConfigMap with one, and says what it changes. FILE "
		 "may "
		 "be - for standard input, or configmap:NAMESPACE/NAME for one of the cluster that "
		 "kubectl would ask. Exits with 0 when it is good, 1 when something in it has "
		 "expired or has no effect, 2 when it is broken.",
};

static void
check_dispose(struct check *check)
{
	buffer_dispose(&check->out);
}

/* Days that are left, today included; 0 when it has ended. */
static int64_t
days_left(const struct check *check, const struct exemption *exemption)
{
	int64_t seconds = exemption->end - check->now;

	return seconds <= 0 ? 0 : (seconds + DAY - 1) / DAY;
}

static void
write_rules(struct check *check)
{
	size_t width = 0;

	for (size_t i = 0; rules[i]; i++) {
		const char *text = policy_summary_rule(check->arena, check->policy, i);

		if (text)
			buffer_printf(&check->out, "%s  %s: %s (default %s)\n",
				width++ ? "" : "rules that differ from their defaults:\n",
				rules[i]->id, text, action_name(rules[i]->action));
	}
	if (!width)
		buffer_append_text(&check->out, "rules: all as by default\n");
}

static void
write_exemptions(struct check *check)
{
	const struct exemption *exemption = policy_exemptions(check->policy);

	buffer_append_text(&check->out, exemption ? "exemptions:\n" : "exemptions: none\n");
	for (; exemption; exemption = exemption->next) {
		const char *kinds = policy_summary_kinds(check->arena, exemption->guards);

		buffer_printf(&check->out,
			"  %s%s%s with names %s: ", policy_summary_rules(check->arena, exemption),
			*kinds ? " for " : "", kinds, policy_summary_names(exemption));
		if (policy_exemption_holds(exemption, check->now))
			buffer_printf(&check->out, "until %s, %lld days left", exemption->expires,
				(long long)days_left(check, exemption));
		else
			buffer_printf(&check->out, "expired on %s", exemption->expires);
		buffer_printf(&check->out, " (%s: %s)\n", exemption->owner, exemption->reason);
	}
}

static void
write_pools(struct check *check, const char *name,
	const struct prefix *(*pools)(const struct policy *policy, enum family family))
{
	buffer_append_text(&check->out, name);
	for (enum family family = 0; family < FAMILIES; family++)
		for (const struct prefix *pool = pools(check->policy, family); pool->length;
			pool++) {
			char text[PREFIX_TEXT_SIZE];

			buffer_printf(&check->out, " %s", prefix_format(pool, text));
		}
	buffer_append_char(&check->out, '\n');
}

static void
write_reserved(struct check *check)
{
	const struct reserved_range *range = policy_reserved_ranges(check->policy);

	buffer_append_text(&check->out, range->name ? "reserved:\n" : "reserved: nothing\n");
	for (; range->name; range++) {
		const char *kinds = policy_summary_kinds(check->arena, range->guards);
		char text[PREFIX_TEXT_SIZE];

		buffer_printf(&check->out, "  %s: %s%s%s\n", prefix_format(&range->prefix, text),
			range->name, *kinds ? ", for " : "", kinds);
	}
}

static void
write_quotas(struct check *check)
{
	static const char *const quotas[QUOTAS] = {"peerings of a network", "routes in a table",
		"links of a DNS zone", "links of a ruleset"};
	static const char *const providers[] = {"Kube-OVN", "AWS", "GCP", "Azure"};

	buffer_append_text(&check->out, "quotas:\n");
	for (enum quota quota = 0; quota < QUOTAS; quota++) {
		const char *separator = " ";

		buffer_printf(&check->out, "  %s:", quotas[quota]);
		for (enum provider provider = PROVIDER_NONE; provider < PROVIDER_OTHER;
			provider++) {
			unsigned limit = policy_quota(check->policy, quota, provider);

			if (limit == 0)
				continue;
			buffer_printf(
				&check->out, "%s%s %u", separator, providers[provider], limit);
			separator = ", ";
		}
		buffer_append_text(&check->out, *separator == ',' ? "\n" : " no limit\n");
	}
}

static void
write_text(struct check *check)
{
	write_rules(check);
	write_exemptions(check);
	write_pools(check, "free networks are suggested from:", policy_network_pools);
	write_pools(check, "link networks are suggested from:", policy_link_pools);
	write_reserved(check);
	buffer_printf(&check->out, "broad: IPv4 wider than /%u, IPv6 wider than /%u\n",
		policy_shortest_prefix(check->policy, FAMILY_4),
		policy_shortest_prefix(check->policy, FAMILY_6));
	write_quotas(check);
	buffer_printf(&check->out, "messages tell of other objects: %s\n",
		disclosure_name(policy_disclosure(check->policy)));
}

static void
write_remarks(struct check *check, const struct policy_remark *remark)
{
	for (; remark; remark = remark->next)
		buffer_printf(&check->out, "%s:%zu: %s\n", check->path, remark->line, remark->text);
}

/* "name":"text", with what stands before it. */
static void
write_member(struct check *check, const char *before, const char *name, const char *text)
{
	buffer_printf(&check->out, "%s\"%s\":", before, name);
	buffer_append_json(&check->out, text);
}

static void
write_json_remarks(struct check *check, const char *name, const struct policy_remark *remark)
{
	const char *separator = "";

	buffer_printf(&check->out, ",\"%s\":[", name);
	for (; remark; remark = remark->next, separator = ",") {
		buffer_printf(&check->out, "%s{\"line\":%zu", separator, remark->line);
		write_member(check, ",", "text", remark->text);
		buffer_append_char(&check->out, '}');
	}
	buffer_append_char(&check->out, ']');
}

static void
write_json(struct check *check)
{
	const struct exemption *exemption = policy_exemptions(check->policy);
	const char *separator = "";

	write_member(check, "{", "file", check->path);
	buffer_append_text(&check->out, ",\"rules\":{");
	for (size_t i = 0; rules[i]; i++) {
		const char *text = policy_summary_rule(check->arena, check->policy, i);

		if (!text)
			continue;
		write_member(check, separator, rules[i]->id, text);
		separator = ",";
	}
	buffer_append_text(&check->out, "},\"exemptions\":[");
	for (separator = ""; exemption; exemption = exemption->next, separator = ",") {
		buffer_printf(&check->out, "%s{\"line\":%zu,\"daysLeft\":%lld", separator,
			exemption->line, (long long)days_left(check, exemption));
		write_member(check, ",", "rules", policy_summary_rules(check->arena, exemption));
		write_member(
			check, ",", "kinds", policy_summary_kinds(check->arena, exemption->guards));
		write_member(check, ",", "names", policy_summary_names(exemption));
		write_member(check, ",", "owner", exemption->owner);
		write_member(check, ",", "reason", exemption->reason);
		write_member(check, ",", "expires", exemption->expires);
		buffer_append_char(&check->out, '}');
	}
	buffer_append_char(&check->out, ']');
	write_json_remarks(check, "expired", check->expired);
	write_json_remarks(check, "withoutEffect", check->remarks);
	buffer_append_text(&check->out, "}\n");
}

static int
check_file(struct arena *arena, const char *path, const char *form)
{
	struct check check CLEANUP(check_dispose) = {
		.arena = arena, .path = path, .now = clock_wall() / CLOCK_SECOND};
	struct error error;

	buffer_init(&check.out, COMMAND_OUTPUT);
	check.policy = policy_source_read(arena, path, NULL, &error);
	if (!check.policy)
		return command_fail(&error);
	check.expired = policy_remarks_of_expired(arena, check.policy, check.now);
	check.remarks = policy_remarks(arena, check.policy);
	if (text_equal(form, "json")) {
		write_json(&check);
	} else {
		write_text(&check);
		write_remarks(&check, check.expired);
		write_remarks(&check, check.remarks);
	}
	if (command_print(&check.out) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	return check.expired || check.remarks ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int
policy_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct policy_settings settings = {0};
	const char **operands;
	struct error error;

	if (!options_parse(arena, &policy_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&policy_table);
	if (text_equal(operands[0], "check") && operands[1] && !operands[2])
		return check_file(arena, operands[1], settings.output);
	error_set(&error, ERROR_INVALID,
		"policy needs the word check and one file; see peerwarden policy --help");
	return command_fail(&error);
}

const struct command policy_command = {
	.name = "policy",
	.summary = "checks a policy file and says what it changes",
	.options = &policy_table,
	.run = policy_run,
};
