#include "cli/certs_status.h"

#include "base/clock.h"
#include "base/json_members.h"
#include "base/text.h"
#include "cli/installation.h"

enum { MOST_PROBLEMS = 64, LONG_AGO = 7 * 86400, OVERDUE = 3600 };

/* One certificate, as it is shown. */
struct row {
	const char *role;
	const char *subject;
	const char *fingerprint;
	int64_t not_before;
	int64_t not_after;
	bool has_key;
};

struct telling {
	struct certs_status *status;
	size_t count;
};

static void
tell(struct telling *telling, const char *problem)
{
	if (telling->count < MOST_PROBLEMS)
		telling->status->problems[telling->count++] = problem;
}

const char *
certs_status_role(const struct rotation_secret *secret, const char *id)
{
	if (text_equal(secret->authority.id, id))
		return "CA";
	if (text_equal(secret->next.id, id))
		return "next CA";
	return rotation_bundle_has(&secret->previous, id) ? "previous CA" : "other CA";
}

static const char *
entry_name(const struct certs_status *status, size_t i)
{
	const struct certificate_entry *entry = &status->look->entries[i];
	const struct certificate_object *object = &status->look->place->objects[entry->object];

	return arena_printf(
		status->arena, "%s of %s/%s", entry->name, object->resource, object->name);
}

static const char *
secret_name(const struct certs_status *status)
{
	const struct certificate_place *place = status->look->place;

	return arena_printf(status->arena, "Secret %s/%s", place->namespace, place->secret);
}

/* --- problems --- */

static void
judge_time(struct telling *telling, const char *what, const char *id, int64_t not_before,
	int64_t not_after)
{
	struct certs_status *status = telling->status;
	int64_t now = status->look->view.now;
	int64_t renewal;

	if (now >= not_after || now < not_before) {
		tell(telling, arena_printf(status->arena, "the %s %s", what,
				      now < not_before ? "is not valid yet" : "has expired"));
		return;
	}
	renewal = rotation_renewal(&rotation_default_policy, id, not_before, not_after);
	if (status->has_keeper && now > renewal + OVERDUE)
		tell(telling,
			arena_printf(status->arena,
				"the %s should have been renewed at %s: does the daemon run, with "
				"--certificates=own?",
				what, installation_time(status->arena, renewal)));
}

static void
judge_secret(struct telling *telling)
{
	struct certs_status *status = telling->status;
	const struct rotation_secret *secret = &status->look->view.secret;

	if (!status->look->secret)
		tell(telling,
			arena_printf(status->arena, "%s does not exist", secret_name(status)));
	else if (!secret->leaf.id)
		tell(telling, arena_printf(status->arena, "%s has no serving certificate",
				      secret_name(status)));
	if (secret->leaf.id) {
		judge_time(telling, "serving certificate", secret->leaf.id, secret->leaf.not_before,
			secret->leaf.not_after);
		if (!secret->leaf.is_fit)
			tell(telling, "the serving certificate does not fit: its key is another's, "
				      "or it is not for every host by which the API server calls");
	}
	if (secret->authority.id)
		judge_time(telling, "CA", secret->authority.id, secret->authority.not_before,
			secret->authority.not_after);
	if (status->has_keeper && secret->leaf.id && !secret->authority.has_key)
		tell(telling, "the CA or its key is missing");
}

/* Without any caBundle, the API server goes by the CAs of its own system. */
static void
judge_entries(struct telling *telling)
{
	struct certs_status *status = telling->status;
	const struct rotation_view *view = &status->look->view;

	if (view->configuration_count == 0)
		tell(telling, "no entry of a webhook configuration leads to the webhook: nobody "
			      "asks it");
	for (size_t i = 0; i < view->configuration_count; i++) {
		const struct rotation_configuration *shown = &view->configurations[i];
		bool by_system = !status->has_keeper && shown->shown.count == 0;

		if (shown->damaged)
			tell(telling, arena_printf(status->arena,
					      "the caBundle of %s has more in it than certificates",
					      entry_name(status, i)));
		if (view->secret.leaf.id && !by_system &&
			!rotation_bundle_has(&shown->shown, view->secret.leaf.issuer))
			tell(telling, arena_printf(status->arena,
					      "%s does not trust the serving certificate",
					      entry_name(status, i)));
	}
}

static void
judge_clock(struct telling *telling)
{
	const struct rotation_view *view = &telling->status->look->view;
	int64_t ahead = view->server_now ? view->now - view->server_now : 0;

	if (ahead > ROTATION_CLOCK_TOLERANCE || ahead < -ROTATION_CLOCK_TOLERANCE)
		tell(telling, "the clock here and that of the API server differ by more than five "
			      "minutes");
}

struct certs_status
certs_status_of(struct arena *arena, struct certificate_look *look)
{
	struct certs_status status = {.arena = arena, .look = look};
	struct telling telling = {&status, 0};

	status.has_keeper =
		!text_equal(json_member_text(look->secret, "type"), "kubernetes.io/tls");
	for (size_t i = 0; i < look->view.configuration_count; i++)
		look->configurations[i].seen_for = LONG_AGO;
	look->view.secret.seen_for = LONG_AGO;
	status.step = rotation_next(&rotation_default_policy, &look->view);
	status.problems = ARENA_ARRAY(arena, const char *, MOST_PROBLEMS + 1);
	judge_secret(&telling);
	judge_entries(&telling);
	judge_clock(&telling);
	return status;
}

/* --- what there is --- */

static const char *
subject_of(const struct certs_status *status, const char *id)
{
	const struct certificate_pool *pool = &status->look->pool;

	for (size_t i = 0; i < pool->count; i++)
		if (text_equal(pool->items[i].fingerprint, id))
			return pool->items[i].subject;
	return "";
}

static struct row
row_of(const struct certs_status *status, const char *role,
	const struct rotation_authority *authority)
{
	return (struct row){role, subject_of(status, authority->id), authority->id,
		authority->not_before, authority->not_after, authority->has_key};
}

static struct row
leaf_row(const struct certs_status *status)
{
	const struct rotation_leaf *leaf = &status->look->view.secret.leaf;
	struct certificate_view view = {.subject = ""};

	certificate_view_read(
		status->arena, status->look->store.texts[CERTIFICATE_STORE_LEAF], &view, NULL);
	return (struct row){
		"leaf", view.subject, leaf->id, leaf->not_before, leaf->not_after, leaf->is_fit};
}

/* Ended by a row without a role. */
static const struct row *
rows_of(const struct certs_status *status)
{
	const struct rotation_secret *secret = &status->look->view.secret;
	struct row *rows = ARENA_ARRAY(status->arena, struct row, ROTATION_BUNDLE + 4);
	size_t count = 0;

	if (secret->authority.id)
		rows[count++] = row_of(status, "CA", &secret->authority);
	if (secret->next.id)
		rows[count++] = row_of(status, "next CA", &secret->next);
	for (size_t i = 0; i < secret->previous.count; i++)
		rows[count++] = row_of(status, "previous CA", &secret->previous.items[i]);
	if (secret->leaf.id)
		rows[count++] = leaf_row(status);
	return rows;
}

static int64_t
renewal_of(const struct row *row)
{
	return rotation_renewal(
		&rotation_default_policy, row->fingerprint, row->not_before, row->not_after);
}

/* --- text --- */

static void
write_rows(const struct certs_status *status, struct buffer *out)
{
	const struct row *row = rows_of(status);

	for (; row->role; row++) {
		buffer_printf(out, "  %-12s%.*s  until %s", row->role, CERTS_STATUS_DIGITS,
			row->fingerprint, installation_time(status->arena, row->not_after));
		if (status->has_keeper && !text_equal(row->role, "previous CA"))
			buffer_printf(out, ", renewed at %s",
				installation_time(status->arena, renewal_of(row)));
		buffer_printf(out, "  %s\n", row->subject);
	}
}

static void
write_entries(const struct certs_status *status, struct buffer *out)
{
	const struct rotation_view *view = &status->look->view;

	if (view->configuration_count > 0)
		buffer_append_text(out, "the API server trusts:\n");
	for (size_t i = 0; i < view->configuration_count; i++) {
		const struct rotation_bundle *shown = &view->configurations[i].shown;

		buffer_printf(out, "  %s: ", entry_name(status, i));
		for (size_t j = 0; j < shown->count; j++)
			buffer_printf(out, "%s%s %.*s", j ? ", " : "",
				certs_status_role(&view->secret, shown->items[j].id),
				CERTS_STATUS_DIGITS, shown->items[j].id);
		buffer_append_text(out, shown->count ? "\n" : "no CA of its own\n");
	}
}

static void
write_step(const struct certs_status *status, struct buffer *out)
{
	const struct rotation_step *step = &status->step;

	if (!status->has_keeper)
		buffer_append_text(out, "next: nothing by the daemon; the Secret is another's, "
					"such as cert-manager's\n");
	else if (step->action == ROTATION_WAIT)
		buffer_printf(out, "next: wait: %s\n", step->why ? step->why : "nothing is due");
	else
		buffer_printf(out, "next: %s, in %s: %s\n", rotation_action_name(step->action),
			certificate_look_target(status->arena, status->look, step), step->why);
	if (status->has_keeper && status->look->view.secret.retire)
		buffer_printf(out, "marked to be replaced: %.*s\n", CERTS_STATUS_DIGITS,
			status->look->view.secret.retire);
}

void
certs_status_write_text(const struct certs_status *status, struct buffer *out)
{
	buffer_printf(out, "%s, kept by %s:\n", secret_name(status),
		status->has_keeper ? "the daemon" : "another");
	write_rows(status, out);
	write_entries(status, out);
	write_step(status, out);
	if (status->problems[0])
		buffer_append_text(out, "problems:\n");
	for (const char **problem = status->problems; *problem; problem++)
		buffer_printf(out, "  %s\n", *problem);
}

/* --- JSON --- */

static void
json_row(const struct certs_status *status, const struct row *row, struct buffer *out)
{
	json_members_open(out, NULL);
	json_members_text(out, "role", row->role);
	json_members_text(out, "subject", row->subject);
	json_members_text(out, "fingerprint", row->fingerprint);
	json_members_text(out, "notBefore", installation_time(status->arena, row->not_before));
	json_members_text(out, "notAfter", installation_time(status->arena, row->not_after));
	if (status->has_keeper)
		json_members_text(
			out, "renewal", installation_time(status->arena, renewal_of(row)));
	json_members_flag(out, "hasKey", row->has_key);
	json_members_close(out);
}

static void
json_entry(const struct certs_status *status, size_t i, struct buffer *out)
{
	const struct rotation_view *view = &status->look->view;
	const struct rotation_configuration *shown = &view->configurations[i];

	json_members_open(out, NULL);
	json_members_text(out, "entry", entry_name(status, i));
	json_members_open_list(out, "trusts");
	for (size_t j = 0; j < shown->shown.count; j++) {
		const char *id = shown->shown.items[j].id;

		json_members_open(out, NULL);
		json_members_text(out, "role", certs_status_role(&view->secret, id));
		json_members_text(out, "fingerprint", id);
		json_members_close(out);
	}
	json_members_close_list(out);
	json_members_close(out);
}

static void
json_step(const struct certs_status *status, struct buffer *out)
{
	const struct rotation_step *step = &status->step;

	json_members_open(out, "next");
	json_members_text(out, "action", rotation_action_name(step->action));
	if (step->action != ROTATION_WAIT)
		json_members_text(
			out, "target", certificate_look_target(status->arena, status->look, step));
	json_members_text(out, "why", step->why);
	json_members_close(out);
}

void
certs_status_write_json(const struct certs_status *status, struct buffer *out)
{
	const struct certificate_place *place = status->look->place;

	buffer_append_char(out, '{');
	json_members_open(out, "secret");
	json_members_text(out, "namespace", place->namespace);
	json_members_text(out, "name", place->secret);
	json_members_flag(out, "exists", status->look->secret != NULL);
	json_members_close(out);
	json_members_text(out, "keptBy", status->has_keeper ? "daemon" : "another");
	json_members_open_list(out, "certificates");
	for (const struct row *row = rows_of(status); row->role; row++)
		json_row(status, row, out);
	json_members_close_list(out);
	json_members_open_list(out, "entries");
	for (size_t i = 0; i < status->look->view.configuration_count; i++)
		json_entry(status, i, out);
	json_members_close_list(out);
	if (status->has_keeper)
		json_step(status, out);
	if (status->has_keeper && status->look->view.secret.retire)
		json_members_text(out, "marked", status->look->view.secret.retire);
	json_members_open_list(out, "problems");
	for (const char **problem = status->problems; *problem; problem++)
		json_members_text(out, NULL, *problem);
	json_members_close_list(out);
	buffer_append_text(out, "}\n");
}
