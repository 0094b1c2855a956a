#include "webhook/status.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "format/json.h"
#include "tests/serving/key_pair.h"
#include "webhook/handlers.h"

static char folder[] = "/tmp/peerwarden-status-XXXXXX";
static struct arena *arena;
static struct exchange_pool *pool;
static struct settings settings = {
	.policy = NULL, .max_connections = 1000, .header_timeout = 1500 * CLOCK_MILLISECOND};
static struct status status = {.settings = &settings};
static struct handlers handlers = {.status = &status};
static struct key_pair good, ended, early;

static void
use(const struct key_pair *pair)
{
	key_pair_write("tls.crt", pair->pem);
	key_pair_write("tls.key", pair->key_pem);
	assert_true(tls_identity_reload(status.identity, NULL));
}

static int
setup(void **state)
{
	struct source_settings wanted = {.folder = "objects"};

	(void)state;
	log_set_level(LOG_ERROR);
	arena = arena_new(SIZE_MAX);
	pool = exchange_pool_new();
	if (!mkdtemp(folder) || chdir(folder) != 0 || mkdir("objects", 0700) != 0)
		return -1;
	key_pair_make(&good,
		&(struct key_pair_wish){
			.name = "good", .dns = "webhook.example.com", .address = "127.0.0.1"});
	key_pair_make(&ended, &(struct key_pair_wish){.name = "ended", .until = -60});
	key_pair_make(&early, &(struct key_pair_wish){.name = "early", .from = 3600});
	key_pair_write("tls.crt", good.pem);
	key_pair_write("tls.key", good.key_pem);
	status.identity = tls_identity_open("tls.crt", "tls.key", NULL, NULL);
	settings.inventory = "objects";
	settings.kinds = "kyma";
	handlers.source = source_open(&wanted, NULL);
	status.source = handlers.source;
	return status.identity && handlers.source ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	source_close(handlers.source);
	tls_identity_close(status.identity);
	key_pair_free(&good);
	key_pair_free(&ended);
	key_pair_free(&early);
	exchange_pool_free(pool);
	arena_free(arena);
	unlink("tls.crt");
	unlink("tls.key");
	return rmdir("objects") || rmdir(folder);
}

/* The exchange with its answer; to be released. */
static struct exchange *
get(const char *path)
{
	struct exchange *exchange = exchange_acquire(pool);
	struct exchange_head head = {.method = "GET", .path = path};

	if (exchange_begin(exchange, handlers_metrics, &head))
		exchange_finish(exchange, &handlers);
	return exchange;
}

static const struct json *
read_page(void)
{
	struct json_limits limits = {.bytes = 1 << 24, .depth = 32, .values = 100000};
	struct exchange *exchange = get("/statusz");
	const struct json *page;
	struct error error;

	assert_int_equal(exchange->status, 200);
	assert_string_equal(exchange->type, "application/json");
	page = json_parse(
		arena, buffer_text(&exchange->answer), exchange->answer.length, &limits, &error);
	if (!page)
		fail_msg("%s in %s", error.message, buffer_text(&exchange->answer));
	exchange_release(exchange);
	return page;
}

static const char *
text_at(const struct json *page, const char *path)
{
	const char *text = json_text(json_nearest(page, path));

	return text ? text : "";
}

static int64_t
number_at(const struct json *page, const char *path)
{
	int64_t number = -1;

	json_integer(json_nearest(page, path), &number);
	return number;
}

static void
the_page_is_json_and_says_what_is_in_force(void **state)
{
	const struct json *page = read_page();

	(void)state;
	assert_string_equal(text_at(page, "version"), PEERWARDEN_VERSION);
	assert_string_equal(text_at(page, "phase"), "serving");
	assert_int_equal(strlen(text_at(page, "started")), 24);
	assert_string_equal(text_at(page, "source.folder"), "objects");
	assert_string_equal(text_at(page, "source.guards"), "kyma");
	assert_true(json_boolean(json_nearest(page, "source.ready"), false));
	assert_string_equal(text_at(page, "policy.file"), "defaults");
	assert_string_equal(text_at(page, "certificate.subject"), "CN=good");
	assert_string_equal(text_at(page, "certificate.names[0]"), "webhook.example.com");
	assert_string_equal(text_at(page, "certificate.names[1]"), "127.0.0.1");
	assert_true(json_boolean(json_nearest(page, "certificate.valid"), false));
	assert_int_equal(json_count(json_nearest(page, "registration.configurations")), 0);
	assert_int_equal(number_at(page, "limits.maxConnections"), 1000);
	assert_string_equal(
		json_number_text(arena, json_nearest(page, "limits.headerTimeoutSeconds")), "1.5");
	handlers.phase = HANDLERS_LEAVING;
	assert_string_equal(text_at(read_page(), "phase"), "leaving");
	handlers.phase = HANDLERS_SERVING;
}

static void
the_metrics_stand_in_it_with_the_values_of_the_metrics_page(void **state)
{
	static struct metric counter = METRIC_COUNTER("test_page_total", "Test.", "word");
	static struct metric odd = METRIC_GAUGE("test_page_odd", "Test.");
	static const double bounds[] = {1, 2, 0};
	static struct metric histogram =
		METRIC_HISTOGRAM("test_page_seconds", "Test.", bounds, "word");
	const struct json *page;

	(void)state;
	metric_add(&counter, 3, "a\"b");
	metric_add(&counter, 5, "c");
	metric_observe(&histogram, 1.5, "a");
	metric_observe(&histogram, 7, "a");
	metric_set(&odd, (double)INFINITY);
	page = read_page();
	assert_string_equal(text_at(page, "metrics.test_page_total[0].word"), "a\"b");
	assert_int_equal(number_at(page, "metrics.test_page_total[0].value"), 3);
	assert_int_equal(number_at(page, "metrics.test_page_total[1].value"), 5);
	assert_int_equal(number_at(page, "metrics.test_page_seconds[0].count"), 2);
	assert_string_equal(
		json_number_text(arena, json_nearest(page, "metrics.test_page_seconds[0].sum")),
		"8.5");
	assert_true(json_is_null(json_nearest(page, "metrics.test_page_odd[0].value")));
}

/* As the mirror measures it. */
static void
each_kind_is_shown_as_the_mirror_measures_it(void **state)
{
	static struct metric objects = METRIC_GAUGE("peerwarden_mirror_objects", "Test.", "kind");
	static struct metric synced = METRIC_GAUGE("peerwarden_mirror_synced", "Test.", "kind");
	static struct metric age = METRIC_GAUGE("peerwarden_mirror_age_seconds", "Test.", "kind");
	const struct json *page;

	(void)state;
	metric_set(&objects, 12, "Subnet");
	metric_set(&synced, 1, "Subnet");
	metric_set(&age, 4, "Subnet");
	metric_set(&synced, 0, "Vpc");
	page = read_page();
	assert_int_equal(number_at(page, "source.kinds.Subnet.objects"), 12);
	assert_int_equal(number_at(page, "source.kinds.Subnet.ageSeconds"), 4);
	assert_true(json_boolean(json_nearest(page, "source.kinds.Subnet.synced"), false));
	assert_false(json_boolean(json_nearest(page, "source.kinds.Vpc.synced"), true));
}

static void
assert_ready(int expected, const char *part)
{
	struct exchange *exchange = get("/readyz");

	assert_int_equal(exchange->status, expected);
	assert_non_null(strstr(buffer_text(&exchange->answer), part));
	exchange_release(exchange);
}

static void
a_certificate_that_does_not_count_now_is_not_ready(void **state)
{
	(void)state;
	assert_ready(200, "ok");
	use(&early);
	assert_ready(503, "counts only from");
	log_set_level(LOG_ERROR + 1);
	use(&ended);
	assert_ready(503, "expired");
	assert_false(json_boolean(json_nearest(read_page(), "certificate.valid"), true));
	use(&good);
	assert_ready(200, "ok");
}

static void
findings_are_counted_by_rule_and_action(void **state)
{
	struct finding refused = {.rule = "rule-a", .action = ACTION_DENY};
	struct finding warned = {.rule = "rule-b", .action = ACTION_WARN};
	struct findings findings = {.arena = arena};
	const struct json *page;

	(void)state;
	findings_append(&findings, &refused);
	findings_append(&findings, &warned);
	status_count_findings(&findings);
	findings.first = findings.last;
	status_count_findings(&findings);
	page = read_page();
	assert_string_equal(text_at(page, "metrics.peerwarden_findings_total[0].rule"), "rule-a");
	assert_string_equal(text_at(page, "metrics.peerwarden_findings_total[0].action"), "deny");
	assert_int_equal(number_at(page, "metrics.peerwarden_findings_total[0].value"), 1);
	assert_string_equal(text_at(page, "metrics.peerwarden_findings_total[1].action"), "warn");
	assert_int_equal(number_at(page, "metrics.peerwarden_findings_total[1].value"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_json_and_says_what_is_in_force),
		cmocka_unit_test(the_metrics_stand_in_it_with_the_values_of_the_metrics_page),
		cmocka_unit_test(each_kind_is_shown_as_the_mirror_measures_it),
		cmocka_unit_test(a_certificate_that_does_not_count_now_is_not_ready),
		cmocka_unit_test(findings_are_counted_by_rule_and_action),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
