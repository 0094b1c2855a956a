#include "report/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/drawing.h"
#include "report/page.h"
#include "report/visible.h"
#include "validators/rules.h"

static const enum action strongest_first[] = {ACTION_DENY, ACTION_WARN, ACTION_REPORT};
enum { SHOWN_ACTIONS = sizeof strongest_first / sizeof strongest_first[0] };
enum { MANY_FINDINGS = 200 }; /* that are laid out only where they are in sight */

/* The findings of one rule. */
struct tally {
	const char *rule;
	size_t counts[ACTIONS];
};

struct page {
	const struct report *report;
	struct buffer *out;
	struct tally tallies[RULES_LIMIT];
	size_t tally_count;
	size_t findings;
};

static void
write_many(struct buffer *out, size_t count, const char *one)
{
	buffer_printf(out, "%zu %s%s", count, one, count == 1 ? "" : "s");
}

static void
tally(struct page *page, const struct finding *finding)
{
	size_t at = 0;

	page->findings++;
	while (at < page->tally_count && !text_equal(page->tallies[at].rule, finding->rule))
		at++;
	if (at == RULES_LIMIT)
		return;
	if (at == page->tally_count)
		page->tallies[page->tally_count++] = (struct tally){.rule = finding->rule};
	page->tallies[at].counts[finding->action]++;
}

/* The most refusals first, then the most warnings, then by name. */
static int
compare_tallies(const void *left, const void *right)
{
	const struct tally *a = left, *b = right;

	for (size_t i = 0; i < SHOWN_ACTIONS; i++) {
		enum action action = strongest_first[i];

		if (a->counts[action] != b->counts[action])
			return a->counts[action] > b->counts[action] ? -1 : 1;
	}
	return strcmp(a->rule, b->rule);
}

static void
tally_all(struct page *page)
{
	for (const struct report_entry *entry = report_next(page->report, NULL); entry;
		entry = report_next(page->report, entry))
		tally(page, entry->finding);
	qsort(page->tallies, page->tally_count, sizeof page->tallies[0], compare_tallies);
}

static void
write_head(const struct page *page)
{
	const struct report *report = page->report;
	struct buffer *out = page->out;

	buffer_printf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'sha256-%s'; img-src data:; "
		"base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"generator\" content=\"Peerwarden " PEERWARDEN_VERSION "\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n<title>",
		page_script_hash);
	buffer_printf(out, "%zu to deny, ", report_count(report, ACTION_DENY));
	write_many(out, report_count(report, ACTION_WARN), "warning");
	buffer_append_text(out, " \xc2\xb7 Peerwarden</title>\n<style>\n");
	buffer_append_text(out, page_style);
	buffer_append_text(out,
		"</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#findings\">Skip to the "
		"findings</a>\n<header><h1>Network peerings</h1>"
		"<p>Judged by Peerwarden " PEERWARDEN_VERSION "</p></header>\n<main>\n");
}

static void
write_figure(struct buffer *out, const char *class, const char *name, size_t count)
{
	buffer_printf(
		out, "<div%s><dt>%s</dt><dd>%zu</dd></div>\n", count ? class : "", name, count);
}

static void
write_figures(const struct page *page)
{
	const struct report *report = page->report;

	buffer_append_text(page->out, "<dl class=\"figures\">\n");
	write_figure(page->out, "", "objects judged", report->objects);
	write_figure(page->out, " class=\"deny\"", "to deny", report_count(report, ACTION_DENY));
	write_figure(page->out, " class=\"warn\"", "warnings", report_count(report, ACTION_WARN));
	write_figure(page->out, "", "notes", report_count(report, ACTION_REPORT));
	if (report->foreign)
		write_figure(page->out, "", "other objects, passed over", report->foreign);
	buffer_append_text(page->out, "</dl>\n");
}

static void
write_tally(const struct tally *tally, struct buffer *out)
{
	const struct rule *rule = rule_find(tally->rule);
	const char *gap = "";

	buffer_printf(out,
		"<tr><th scope=\"row\"><a href=\"#findings\" data-rule=\"%s\"><code>%s</code></a>"
		"</th><td class=\"what\">",
		tally->rule, tally->rule);
	visible_write(out, rule ? rule->summary : "");
	if (rule)
		buffer_printf(out, "<small>docs/rules/%s.md</small>", tally->rule);
	buffer_append_text(out, "</td><td class=\"number\">");
	for (size_t i = 0; i < SHOWN_ACTIONS; i++)
		if (tally->counts[strongest_first[i]]) {
			buffer_printf(out, "%s%zu %s", gap, tally->counts[strongest_first[i]],
				action_name(strongest_first[i]));
			gap = ", ";
		}
	buffer_append_text(out, "</td></tr>\n");
}

static void
write_summary(const struct page *page)
{
	struct buffer *out = page->out;

	buffer_append_text(
		out, "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">Summary</h2>\n");
	write_figures(page);
	if (page->tally_count) {
		buffer_append_text(out,
			"<table class=\"rules\">\n<thead><tr><th scope=\"col\">rule</th>"
			"<th scope=\"col\">what it is about</th>"
			"<th scope=\"col\" class=\"number\">findings</th></tr></thead>\n<tbody>\n");
		for (size_t i = 0; i < page->tally_count; i++)
			write_tally(&page->tallies[i], out);
		buffer_append_text(out, "</tbody></table>\n");
	}
	buffer_append_text(out, "</section>\n");
}

static void
write_picture(const struct page *page, const struct inventory *inventory)
{
	struct arena *arena = page->report->arena;
	const struct drawing *drawing =
		drawing_of(arena, topology_of(arena, inventory, page->report));
	const char *remark = drawing_remark(arena, drawing);
	struct buffer *out = page->out;

	buffer_append_text(
		out, "<section aria-labelledby=\"picture\">\n<h2 id=\"picture\">Networks</h2>\n");
	if (remark)
		buffer_printf(out, "<p>%s</p>\n", remark);
	if (drawing->box_count) {
		buffer_append_text(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
					"aria-labelledby=\"picture\">\n");
		drawing_write_svg(arena, drawing, true, out);
		buffer_append_text(out,
			"</div>\n<ul class=\"legend\"><li><b>&nbsp;</b>peering</li>"
			"<li><b class=\"h\">&nbsp;</b>peering of one side only</li>"
			"<li><b class=\"d\">&nbsp;</b>DNS link</li>"
			"<li><b class=\"p\">\xe2\x80\x93 \xc2\xb7 \xe2\x80\x93</b>router port</li>"
			"<li><b class=\"w\">!</b>warning or note</li>"
			"<li><b class=\"c\">\xc3\x97</b>to be denied: select it to see why</li>"
			"</ul>\n");
	}
	buffer_append_text(out, "</section>\n");
}

static void
write_filter(const struct page *page)
{
	struct buffer *out = page->out;

	buffer_append_text(out,
		"<form id=\"filter\" role=\"search\" autocomplete=\"off\" hidden>\n"
		"<div><label for=\"words\">words (press / to start)</label>"
		"<input type=\"search\" id=\"words\" name=\"words\" spellcheck=\"false\"></div>\n"
		"<div><label for=\"rule\">rule</label><select id=\"rule\" name=\"rule\">"
		"<option value=\"\">all</option>");
	for (size_t i = 0; i < page->tally_count; i++)
		buffer_printf(out, "<option>%s</option>", page->tallies[i].rule);
	buffer_append_text(out,
		"</select></div>\n<div><label for=\"action\">action</label>"
		"<select id=\"action\" name=\"action\"><option value=\"\">all</option>");
	for (size_t i = 0; i < SHOWN_ACTIONS; i++)
		buffer_printf(out, "<option>%s</option>", action_name(strongest_first[i]));
	buffer_append_text(out,
		"</select></div>\n<div><button type=\"button\" id=\"clear\">Show all</button></div>"
		"\n</form>\n<p id=\"count\" role=\"status\">");
	write_many(out, page->findings, "finding");
	buffer_append_text(out, "</p>\n");
}

static void
write_party(const struct page *page, const struct party *party)
{
	struct arena *arena = page->report->arena;
	const char *field = field_text(arena, party->field);

	visible_write(page->out, object_text(arena, &party->object));
	if (!*field && !*party->value)
		return;
	buffer_append_text(page->out, "<br><code>");
	visible_write(page->out, field);
	if (*party->value)
		buffer_append_text(page->out, *field ? ": " : "");
	visible_write(page->out, party->value);
	buffer_append_text(page->out, "</code>");
}

static void
write_location(const struct report_entry *entry, struct buffer *out)
{
	if (!entry->file)
		return;
	buffer_append_text(out, "<small>");
	visible_write(out, entry->file);
	if (entry->line)
		buffer_printf(out, ":%zu:%zu", entry->line, entry->column);
	buffer_append_text(out, "</small>");
}

static void
write_parties(const struct page *page, const struct report_entry *entry)
{
	struct buffer *out = page->out;

	buffer_append_text(out, "<td><ul><li>");
	write_party(page, &entry->finding->subject);
	write_location(entry, out);
	buffer_append_text(out, "</li>");
	for (const struct party *party = entry->finding->counterparts; party; party = party->next) {
		buffer_append_text(out, "<li><small>against</small>");
		write_party(page, party);
		buffer_append_text(out, "</li>");
	}
	buffer_append_text(out, "</ul></td>");
}

static void
write_entry(const struct page *page, const struct report_entry *entry)
{
	const struct finding *finding = entry->finding;
	struct buffer *out = page->out;
	const char *action = action_name(finding->action);

	buffer_printf(out,
		"<tr id=\"finding-%s\" data-rule=\"%s\" data-action=\"%s\">"
		"<td><span class=\"action %s\">%s</span></td><td><code>%s</code>"
		"<a class=\"anchor\" href=\"#finding-%s\"> #%.6s</a></td>",
		finding->id, finding->rule, action, action, action, finding->rule, finding->id,
		finding->id);
	write_parties(page, entry);
	buffer_append_text(out, "<td><p>");
	visible_write(out, finding->message);
	buffer_append_text(out, "</p>");
	if (*finding->hint) {
		buffer_append_text(out, "<div class=\"way\"><pre>");
		visible_write(out, finding->hint);
		buffer_append_text(out, "</pre></div>");
	}
	buffer_append_text(out, "</td></tr>\n");
}

static void
write_list(const struct page *page)
{
	struct buffer *out = page->out;

	write_filter(page);
	buffer_printf(out, "<table id=\"list\"%s>\n",
		page->findings >= MANY_FINDINGS ? " class=\"many\"" : "");
	buffer_append_text(out,
		"<thead><tr><th scope=\"col\">action</th>"
		"<th scope=\"col\">rule</th><th scope=\"col\">objects</th>"
		"<th scope=\"col\">what is wrong, and the way out</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < SHOWN_ACTIONS; i++)
		for (const struct report_entry *entry = report_next(page->report, NULL); entry;
			entry = report_next(page->report, entry))
			if (entry->finding->action == strongest_first[i])
				write_entry(page, entry);
	buffer_append_text(out, "</tbody></table>\n");
}

static void
write_findings(const struct page *page)
{
	buffer_append_text(page->out,
		"<section id=\"findings\" aria-labelledby=\"findings-title\">\n"
		"<h2 id=\"findings-title\" tabindex=\"-1\">Findings</h2>\n");
	if (page->findings)
		write_list(page);
	else
		buffer_append_text(
			page->out, "<p class=\"none\">None: nothing is in conflict.</p>\n");
	buffer_append_text(page->out, "</section>\n");
}

static void
write_assumptions(const struct page *page)
{
	struct buffer *out = page->out;

	if (!page->report->assumptions)
		return;
	buffer_append_text(out, "<section aria-labelledby=\"assumptions\">\n"
				"<h2 id=\"assumptions\">Assumptions</h2>\n"
				"<p>What could not be known was taken for granted:</p>\n<ul>\n");
	for (const struct assumption *assumption = page->report->assumptions; assumption;
		assumption = assumption->next) {
		buffer_append_text(out, "<li>");
		visible_write(out, assumption->message);
		if (assumption->object.name) {
			buffer_append_text(out, " <small>needed by ");
			visible_write(out, object_text(page->report->arena, &assumption->object));
			buffer_append_text(out, "</small>");
		}
		buffer_append_text(out, "</li>\n");
	}
	buffer_append_text(out, "</ul>\n</section>\n");
}

void
report_write_html(
	const struct report *report, const struct inventory *inventory, struct buffer *out)
{
	struct page page = {.report = report, .out = out};

	tally_all(&page);
	write_head(&page);
	write_summary(&page);
	if (inventory)
		write_picture(&page, inventory);
	write_findings(&page);
	write_assumptions(&page);
	buffer_append_text(out, "</main>\n<script>");
	buffer_append_text(out, page_script);
	buffer_append_text(out, "</script>\n</body>\n</html>\n");
}
