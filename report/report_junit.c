#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "format/xml_write.h"
#include "kinds/kind.h"
#include "report/report.h"

/* One finding of an object. */
struct remark {
	const struct report_entry *entry;
	struct remark *next;
};

struct test_case {
	const struct object_id *object;
	struct remark *remarks, **end;
	const struct finding *failure; /* the gravest that is at least the mark */
	size_t failures;
	struct test_case *next;
};

struct suite {
	struct test_case *first, **end;
	size_t tests, failures;
};

struct suites {
	const struct report *report;
	enum action mark;
	struct map *by_object; /* struct test_case */
	struct suite of_kind[DECLARANTS];
};

static struct test_case *
test_of(struct suites *suites, const struct object_id *object)
{
	struct arena *arena = suites->report->arena;
	struct suite *suite = &suites->of_kind[object->kind];
	const char *key =
		arena_printf(arena, "%d/%s/%s", (int)object->kind, object->namespace, object->name);
	struct test_case *test = map_get(suites->by_object, key);

	if (test)
		return test;
	test = ARENA_NEW(arena, struct test_case);
	test->object = object;
	test->end = &test->remarks;
	map_put(suites->by_object, key, test);
	if (!suite->end)
		suite->end = &suite->first;
	*suite->end = test;
	suite->end = &test->next;
	suite->tests++;
	return test;
}

static void
take_entry(struct suites *suites, const struct report_entry *entry)
{
	const struct finding *finding = entry->finding;
	struct test_case *test = test_of(suites, &finding->subject.object);

	*test->end = ARENA_NEW(suites->report->arena, struct remark);
	(*test->end)->entry = entry;
	test->end = &(*test->end)->next;
	if (finding->action < suites->mark)
		return;
	if (test->failures++ == 0)
		suites->of_kind[test->object->kind].failures++;
	if (!test->failure || finding->action > test->failure->action)
		test->failure = finding;
}

/* As the text form has it. */
static void
write_remark(const struct remark *remark, struct arena *arena, struct buffer *out)
{
	const struct report_entry *entry = remark->entry;
	const struct finding *finding = entry->finding;
	const char *place = entry->file && entry->line
				    ? arena_printf(arena, "%s:%zu:%zu: ", entry->file, entry->line,
					      entry->column)
				    : "";

	xml_write_text(out, arena_printf(arena, "%s%s: %s: %s [%s]\n", place,
				    object_text(arena, &finding->subject.object),
				    action_name(finding->action), finding->message, finding->rule));
	for (const char *hint = finding->hint; *hint;) {
		size_t length = strcspn(hint, "\n");

		xml_write_text(out, arena_printf(arena, "    %.*s\n", (int)length, hint));
		hint += length + (hint[length] == '\n');
	}
}

/* The schema has room for one failure, so that one stands for all. */
static void
write_failure(const struct suites *suites, const struct test_case *test, struct buffer *out)
{
	struct arena *arena = suites->report->arena;
	const char *message = test->failure->message;

	if (test->failures > 1)
		message = arena_printf(arena, "%s; and %zu more", message, test->failures - 1);
	buffer_append_text(out, "<failure");
	xml_write_attribute(out, "type", test->failure->rule);
	xml_write_attribute(out, "message", message);
	buffer_append_char(out, '>');
	for (const struct remark *remark = test->remarks; remark; remark = remark->next)
		if (remark->entry->finding->action >= suites->mark)
			write_remark(remark, arena, out);
	buffer_append_text(out, "</failure>");
}

static void
write_test(const struct suites *suites, const struct test_case *test, struct buffer *out)
{
	const struct object_id *object = test->object;
	const char *dot = *object->namespace ? "." : "";

	buffer_append_text(out, "<testcase");
	xml_write_attribute(out, "classname",
		arena_printf(suites->report->arena, "%s%s%s", kind_name(object->kind), dot,
			object->namespace));
	xml_write_attribute(out, "name", object->name);
	buffer_append_text(out, " time=\"0\"");
	if (!test->failure) {
		buffer_append_text(out, "/>\n");
		return;
	}
	buffer_append_char(out, '>');
	write_failure(suites, test, out);
	buffer_append_text(out, "</testcase>\n");
}

/* What was assumed is the same for all of them. */
static void
write_properties(const struct report *report, struct buffer *out)
{
	buffer_append_text(out, "<properties>");
	for (const struct assumption *assumption = report->assumptions; assumption;
		assumption = assumption->next) {
		buffer_append_text(out, "<property name=\"assumption\"");
		xml_write_attribute(out, "value", assumption->message);
		buffer_append_text(out, "/>");
	}
	buffer_append_text(out, "</properties>\n");
}

static void
write_suite(const struct suites *suites, enum kind kind, size_t number, const char *timestamp,
	struct buffer *out)
{
	const struct suite *suite = &suites->of_kind[kind];

	buffer_append_text(out, "<testsuite");
	xml_write_attribute(out, "name", kind_name(kind));
	xml_write_attribute(out, "package", kind_api_version(suites->report->arena, kind));
	buffer_printf(out,
		" id=\"%zu\" timestamp=\"%s\" hostname=\"localhost\" tests=\"%zu\" failures=\"%zu\""
		" errors=\"0\" time=\"0\">\n",
		number, timestamp, suite->tests, suite->failures);
	write_properties(suites->report, out);
	for (const struct test_case *test = suite->first; test; test = test->next)
		write_test(suites, test, out);
	buffer_append_text(out, "<system-out>");
	for (const struct test_case *test = suite->first; test; test = test->next)
		for (const struct remark *remark = test->remarks; remark; remark = remark->next)
			if (remark->entry->finding->action < suites->mark)
				write_remark(remark, suites->report->arena, out);
	buffer_append_text(out, "</system-out>\n<system-err/>\n</testsuite>\n");
}

void
report_write_junit(const struct report *report, enum action mark, int64_t now, struct buffer *out)
{
	struct map *by_object CLEANUP(map_cleanup) = map_new();
	struct suites suites = {.report = report, .mark = mark, .by_object = by_object};
	char timestamp[sizeof "2026-01-31T00:00:00"] = "";
	time_t seconds = (time_t)now;
	struct tm time;
	size_t number = 0;

	strftime(timestamp, sizeof timestamp, "%FT%T", gmtime_r(&seconds, &time));
	for (const struct report_object *judged = report->judged; judged; judged = judged->next)
		test_of(&suites, &judged->id);
	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry))
		take_entry(&suites, entry);
	buffer_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	for (int kind = 0; kind < KINDS; kind++)
		if (suites.of_kind[kind].tests)
			write_suite(&suites, (enum kind)kind, number++, timestamp, out);
	buffer_append_text(out, "</testsuites>\n");
}
