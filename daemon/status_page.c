#include "daemon/status_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/visible.h"

/* clang-format off */
static const char style[] =
	":root{color-scheme:light dark;--back:#f5f7fa;--card:#fff;--text:#1b2330;--soft:#566072;--rule:#d6dce5;--bad:#b3141a;--bad-back:#fdeaea;--warn:#7a5000;--warn-back:#fdf3dc;--good:#17663a;--good-back:#e3f5ea}\n"
	"@media (prefers-color-scheme:dark){:root{--back:#12171f;--card:#1a212c;--text:#e8ecf2;--soft:#a9b4c4;--rule:#333e4e;--bad:#ff9090;--bad-back:#431c20;--warn:#f0c063;--warn-back:#3a2d12;--good:#7fd8a4;--good-back:#16352a}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:1240px;padding:0 20px 30px;background:var(--back);color:var(--text);font:15px/1.5 system-ui,\"DejaVu Sans\",Helvetica,Arial,sans-serif}\n"
	"h1{font-size:26px;line-height:1.2;margin:26px 0 4px}\n"
	"h2{font-size:18px;line-height:1.3;margin:0 0 10px}\n"
	"p{margin:0 0 10px;color:var(--soft)}\n"
	"section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px 20px;margin:16px 0;overflow-x:auto}\n"
	"dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:16px 0 0}\n"
	"dl div{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 14px;min-width:0}\n"
	"dt{color:var(--soft);font-size:13px}\n"
	"dd{margin:0;font-size:22px;font-weight:650;line-height:1.3;overflow-wrap:anywhere}\n"
	"dd small{display:block;font-size:13px;font-weight:400;line-height:1.4;color:var(--soft)}\n"
	"dl .bad{background:var(--bad-back);border-color:var(--bad)}dl .bad dd{color:var(--bad)}\n"
	"dl .warn{background:var(--warn-back);border-color:var(--warn)}dl .warn dd{color:var(--warn)}\n"
	"dl .bad :is(dt,small),dl .warn :is(dt,small){color:var(--text)}\n"
	"table{width:100%;border-collapse:collapse;text-align:left}\n"
	"th{font-size:13px;font-weight:600;color:var(--soft)}\n"
	"td,th{padding:7px 14px 7px 0;border-top:1px solid var(--rule);vertical-align:top}\n"
	"thead th{border-top:0}\n"
	"tbody th{min-width:15em;font-size:15px;font-weight:400;color:var(--text);overflow-wrap:anywhere}\n"
	".number{text-align:right;font-variant-numeric:tabular-nums}\n"
	".text{min-width:18em;overflow-wrap:anywhere}\n"
	".word{display:inline-block;background:var(--back);border-radius:999px;padding:0 10px;font-size:13px;font-weight:650;white-space:nowrap}\n"
	".word.bad{background:var(--bad-back);color:var(--bad)}\n"
	".word.warn{background:var(--warn-back);color:var(--warn)}\n"
	".word.good{background:var(--good-back);color:var(--good)}\n"
	"td.time{white-space:nowrap;color:var(--soft)}\n";
/* clang-format on */

enum look { LOOK_PLAIN, LOOK_GOOD, LOOK_WARN, LOOK_BAD };
static const char *const classes[] = {"", "good", "warn", "bad"};

static void
write_head(const struct status *status, struct buffer *out)
{
	char now[CLOCK_TEXT_SIZE];

	clock_format(status->now, now);
	buffer_printf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\">\n"
		"<meta http-equiv=\"refresh\" content=\"%d\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>Peerwarden daemon</title>\n<style>\n",
		STATUS_PAGE_REFRESH);
	buffer_append_text(out, style);
	buffer_printf(out,
		"</style>\n</head>\n<body>\n<h1>Peerwarden daemon</h1>\n"
		"<p>%s, version " PEERWARDEN_VERSION ", as of %s. More in /statusz and "
		"/metrics.</p>\n",
		status->phase, now);
}

/* "12 s ago", in the largest unit that is at least 2. */
static void
write_age(struct buffer *out, int64_t now, int64_t then)
{
	int64_t seconds = now > then ? (now - then) / CLOCK_SECOND : 0;

	if (!then)
		buffer_append_text(out, "never");
	else if (seconds < 120)
		buffer_printf(out, "%" PRId64 " s ago", seconds);
	else if (seconds < 2 * 3600)
		buffer_printf(out, "%" PRId64 " min ago", seconds / 60);
	else
		buffer_printf(out, "%" PRId64 " h ago", seconds / 3600);
}

static void
open_figure(struct buffer *out, const char *title, enum look look)
{
	buffer_printf(out, "<div class=\"%s\"><dt>%s</dt><dd>", classes[look], title);
}

static void
close_figure(struct buffer *out)
{
	buffer_append_text(out, "</small></dd></div>\n");
}

static void
write_leader(const struct status *status, struct buffer *out)
{
	const struct leader_view *leader = &status->leader;
	bool nobody = leader->holder[0] == '\0';

	open_figure(out, "Leader", nobody ? LOOK_WARN : LOOK_PLAIN);
	buffer_append_text(out, leader->is_sure ? "this replica"
				: nobody        ? "nobody"
						: "another replica");
	buffer_append_text(out, "<small>");
	visible_write(out, nobody ? "or not known yet" : leader->holder);
	close_figure(out);
}

static void
write_mirror(const struct status *status, struct buffer *out)
{
	open_figure(out, "Cluster", status->synced ? LOOK_PLAIN : LOOK_WARN);
	if (status->synced)
		buffer_printf(out, "%zu objects<small>heard of %" PRId64 " s ago",
			status->inventory.objects, status->mirror_age / CLOCK_SECOND);
	else
		buffer_append_text(out, "being listed<small>nothing is done before");
	close_figure(out);
}

static void
write_findings(const struct status *status, struct buffer *out)
{
	const struct auditor_view *audit = &status->audit;
	const size_t *count = audit->findings;

	open_figure(out, "Findings",
		count[ACTION_DENY]   ? LOOK_BAD
		: count[ACTION_WARN] ? LOOK_WARN
				     : LOOK_PLAIN);
	if (audit->audited)
		buffer_printf(out, "%zu<small>%zu deny, %zu warn, %zu report; ",
			count[ACTION_DENY] + count[ACTION_WARN] + count[ACTION_REPORT],
			count[ACTION_DENY], count[ACTION_WARN], count[ACTION_REPORT]);
	else
		buffer_append_text(out, "not yet<small>audited ");
	write_age(out, status->now, audit->audited);
	close_figure(out);
}

static void
write_reports(const struct status *status, struct buffer *out)
{
	const struct auditor_view *audit = &status->audit;
	bool bad = audit->problem[0] || audit->left_out || audit->blocked;

	open_figure(out, "Reports", bad ? LOOK_WARN : LOOK_PLAIN);
	if (text_equal(status->settings->reports, "none")) {
		buffer_append_text(out, "none<small>not wanted");
	} else {
		buffer_printf(out, "%zu of %zu<small>%zu to be written", audit->reports,
			audit->wanted, audit->behind);
		if (audit->left_out)
			buffer_printf(out, "; %zu beyond the limit", audit->left_out);
		if (audit->blocked)
			buffer_printf(out, "; %zu where another's stands", audit->blocked);
		if (audit->problem[0])
			buffer_append_text(out, "; ");
		visible_write(out, audit->problem);
	}
	close_figure(out);
}

static void
write_queues(const struct status *status, struct buffer *out)
{
	buffer_append_text(out,
		"<section><h2>Queues</h2>\n<table><thead><tr><th>queue<th class=\"number\">waiting"
		"<th class=\"number\">being worked<th class=\"number\">delayed"
		"<th class=\"number\">known</thead><tbody>\n");
	for (size_t i = 0; i < STATUS_QUEUES; i++) {
		const struct status_queue *queue = &status->queues[i];

		if (!queue->name)
			continue;
		buffer_append_text(out, "<tr><th scope=\"row\">");
		visible_write(out, queue->name);
		buffer_printf(out,
			"<td class=\"number\">%zu<td class=\"number\">%zu<td class=\"number\">%zu"
			"<td class=\"number\">%zu\n",
			queue->size.waiting, queue->size.worked, queue->size.delayed,
			queue->size.known);
	}
	buffer_append_text(out, "</tbody></table></section>\n");
}

static void
write_cloud(const struct cloud_view *cloud, int64_t now, struct buffer *out)
{
	bool failing = cloud->failed > cloud->answered;

	buffer_append_text(out, "<tr><th scope=\"row\">");
	visible_write(out, cloud->name);
	buffer_printf(out, "<td><span class=\"word %s\">%s</span><td class=\"time\">",
		failing           ? "bad"
		: cloud->answered ? "good"
				  : "",
		failing           ? "failing"
		: cloud->answered ? "answers"
				  : "not asked yet");
	write_age(out, now, cloud->answered);
	buffer_printf(out, "<td class=\"number\">%" PRIu64 "<td class=\"time\">", cloud->answers);
	write_age(out, now, cloud->failed);
	buffer_printf(out, "<td class=\"number\">%" PRIu64 "<td class=\"text\">", cloud->errors);
	visible_write(out, cloud->error);
	buffer_append_char(out, '\n');
}

static void
write_clouds(const struct status *status, struct buffer *out)
{
	buffer_append_text(out, "<section><h2>Clouds</h2>\n");
	if (!status->clouds.count) {
		buffer_append_text(out, "<p>None is asked: --clouds names none.</p></section>\n");
		return;
	}
	buffer_append_text(out,
		"<table><thead><tr><th>cloud<th>state<th>last answer<th class=\"number\">answers"
		"<th>last error<th class=\"number\">errors<th>its text</thead><tbody>\n");
	for (size_t i = 0; i < status->clouds.count; i++)
		write_cloud(&status->clouds.items[i], status->now, out);
	buffer_append_text(out, "</tbody></table></section>\n");
}

/* The smaller, the worse. */
static int
rank(const struct peering_view *peering)
{
	if (peering->problem[0])
		return 0;
	if (peering->drift)
		return 1;
	return text_equal(peering->state, "active") ? 3 : 2;
}

static int
compare_peerings(const void *left, const void *right)
{
	const struct peering_view *a = *(const struct peering_view *const *)left;
	const struct peering_view *b = *(const struct peering_view *const *)right;

	return rank(a) != rank(b) ? rank(a) - rank(b) : strcmp(a->key, b->key);
}

static const struct peering_view **
worst_first(struct arena *arena, const struct peering_views *peerings)
{
	const struct peering_view **sorted =
		ARENA_ARRAY(arena, const struct peering_view *, peerings->count + 1);

	for (size_t i = 0; i < peerings->count; i++)
		sorted[i] = &peerings->items[i];
	qsort(sorted, peerings->count, sizeof *sorted, compare_peerings);
	return sorted;
}

static void
write_peering(const struct peering_view *peering, int64_t now, struct buffer *out)
{
	static const enum look looks[] = {LOOK_BAD, LOOK_WARN, LOOK_PLAIN, LOOK_GOOD};

	buffer_append_text(out, "<tr><th scope=\"row\">");
	visible_write(out, peering->key);
	buffer_append_text(out, "<td>");
	visible_write(out, peering->mode);
	buffer_printf(out, "<td><span class=\"word %s\">", classes[looks[rank(peering)]]);
	visible_write(out, peering->state[0] ? peering->state : "none");
	buffer_printf(out, "</span><td class=\"number\">%zu<td class=\"text\">", peering->drift);
	visible_write(out, peering->problem[0] ? peering->problem : peering->first_drift);
	buffer_append_text(out, "<td class=\"time\">");
	write_age(out, now, peering->looked);
	buffer_append_char(out, '\n');
}

static void
write_peering_summary(const struct peering_views *peerings, struct buffer *out)
{
	size_t counts[4] = {0};

	for (size_t i = 0; i < peerings->count; i++)
		counts[rank(&peerings->items[i])]++;
	buffer_printf(out,
		"<p>%zu in all: %zu with a problem, %zu that differ from what is wanted, %zu on "
		"their way, %zu active.",
		peerings->count, counts[0], counts[1], counts[2], counts[3]);
	if (peerings->count > STATUS_PAGE_PEERINGS)
		buffer_printf(out, " The %d worst:", STATUS_PAGE_PEERINGS);
	buffer_append_text(out, "</p>\n");
}

static void
write_peerings(struct arena *arena, const struct status *status, struct buffer *out)
{
	const struct peering_view **sorted = worst_first(arena, &status->peerings);

	buffer_append_text(out, "<section><h2>Peerings</h2>\n");
	write_peering_summary(&status->peerings, out);
	if (status->peerings.count)
		buffer_append_text(out,
			"<table><thead><tr><th>peering<th>mode<th>state<th class=\"number\">"
			"differences<th>what<th>looked at</thead><tbody>\n");
	for (size_t i = 0; i < status->peerings.count && i < STATUS_PAGE_PEERINGS; i++)
		write_peering(sorted[i], status->now, out);
	if (status->peerings.count)
		buffer_append_text(out, "</tbody></table>");
	buffer_append_text(out, "</section>\n");
}

static void
write_picture(const struct status *status, struct buffer *out)
{
	if (!status->picture)
		return;
	buffer_append_text(out, "<section id=\"picture\">\n");
	buffer_append_text(out, status->picture);
	buffer_append_text(out, "</section>\n");
}

void
status_page_write(struct arena *arena, const struct status *status, struct buffer *out)
{
	write_head(status, out);
	buffer_append_text(out, "<dl>\n");
	write_leader(status, out);
	write_mirror(status, out);
	write_findings(status, out);
	write_reports(status, out);
	buffer_append_text(out, "</dl>\n");
	write_peerings(arena, status, out);
	write_clouds(status, out);
	write_queues(status, out);
	write_picture(status, out);
	buffer_append_text(out, "</body>\n</html>\n");
}
