#include "cloud/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/http/fake_server.h"

enum { MEMORY = 64 * 1024 };

#define OOPS FAKE_HEAD("500 Oops") "\r\n"

static struct metric requests =
	METRIC_COUNTER("nimbus_requests_total", "Requests to a played cloud.", "action", "result");

/* A call of a cloud that notes what it is asked for, a letter each: keys, send, error of an answer,
 * told fault, decision, refresh, forget. */
struct nimbus {
	struct fake_server server;
	struct call_shared shared;
	struct call call;
	struct buffer trail;
	enum error_kind without_keys;
	bool loses_leave; /* while it gets its keys */
	bool tells;       /* what came of the sending, itself */
	bool led_by_another;
	enum retry_step step;
	int64_t wait;
	enum cloud_failure failure;
	char code[32];
	char message[128];
};

static bool
may_call(void *context)
{
	return !((struct nimbus *)context)->led_by_another;
}

static void
note(struct nimbus *nimbus, char letter)
{
	buffer_append_char(&nimbus->trail, letter);
}

static bool
prepare(void *own, struct error *error)
{
	struct nimbus *nimbus = own;

	note(nimbus, 'k');
	nimbus->led_by_another |= nimbus->loses_leave;
	return !nimbus->without_keys || error_set(error, nimbus->without_keys, "no keys");
}

static void
forget(void *own)
{
	note(own, 'f');
}

static bool
send_request(void *own, struct http_client *http, struct error *error)
{
	static const struct http_request request = {.method = HTTP_GET,
		.target = "/",
		.timeout = 20 * CLOCK_SECOND,
		.stall = 20 * CLOCK_SECOND,
		.limit = 64};
	struct nimbus *nimbus = own;
	bool done;

	note(nimbus, 's');
	done = http_client_call(http, &request, &nimbus->call.response, error);
	if (!done && nimbus->tells)
		call_give_up(&nimbus->call, CLOUD_GONE, "own", "said by itself");
	return done;
}

static struct retry_fault
refuse(void *own)
{
	note(own, 'e');
	return (struct retry_fault){.failure = CLOUD_BACK_OFF};
}

static void
tell(void *own, enum cloud_failure failure, const char *code, const char *message)
{
	struct nimbus *nimbus = own;

	note(nimbus, 't');
	nimbus->failure = failure;
	snprintf(nimbus->code, sizeof nimbus->code, "%s", code);
	snprintf(nimbus->message, sizeof nimbus->message, "%s", message);
}

static enum retry_step
decide(void *own, int64_t *wait)
{
	struct nimbus *nimbus = own;

	note(nimbus, 'd');
	*wait = nimbus->wait;
	return nimbus->step;
}

static void
refresh(void *own)
{
	note(own, 'r');
}

static const struct call_kind kind = {
	.cloud = "Nimbus",
	.requests = &requests,
	.scratch = MEMORY,
	.last_good = 204,
	.prepare = prepare,
	.forget = forget,
	.send = send_request,
	.refuse = refuse,
	.tell = tell,
	.decide = decide,
	.refresh = refresh,
};

static void
start(struct nimbus *nimbus, const struct fake_step *steps)
{
	memset(nimbus, 0, sizeof *nimbus);
	fake_server_start(&nimbus->server, steps);
	buffer_init(&nimbus->trail, 1024);
	nimbus->shared = (struct call_shared){
		.timeout = CLOCK_SECOND, .may_call = may_call, .context = nimbus};
	call_shared_init(&nimbus->shared);
	nimbus->call = (struct call){.shared = &nimbus->shared,
		.url = nimbus->server.url,
		.action = "rain",
		.subject = "the weather"};
	call_begin(&nimbus->call, &kind, nimbus);
}

static void
expect(struct nimbus *nimbus, bool good, const char *trail)
{
	assert_int_equal(call_perform(&nimbus->call), good);
	assert_string_equal(buffer_text(&nimbus->trail), trail);
}

static void
expect_fault(const struct nimbus *nimbus, enum cloud_failure failure, const char *message)
{
	assert_int_equal(nimbus->failure, failure);
	assert_string_equal(nimbus->message, message);
}

static void
stop(struct nimbus *nimbus)
{
	int steps = 0;

	while (nimbus->server.steps[steps].expects)
		steps++;
	fake_server_stop(&nimbus->server);
	call_end(&nimbus->call);
	call_shared_dispose(&nimbus->shared);
	buffer_dispose(&nimbus->trail);
	assert_int_equal(nimbus->server.unexpected, 0);
	assert_int_equal(nimbus->server.served, steps);
}

static void
a_good_answer_ends_it(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /", FAKE_HEAD("204 None") "\r\n", FAKE_CLOSE, false}, {0}};
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	expect(&nimbus, true, "ksf");
	stop(&nimbus);
}

static void
each_attempt_has_keys_of_its_own_and_is_counted(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /", OOPS, FAKE_CLOSE, false}, {"GET /", FAKE_OK, FAKE_CLOSE, false}, {0}};
	CLEANUP(buffer_dispose) struct buffer text;
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	nimbus.step = RETRY_WAIT;
	nimbus.wait = 1;
	nimbus.call.action = "snow";
	expect(&nimbus, true, "ksedfksf");
	stop(&nimbus);
	buffer_init(&text, MEMORY);
	metrics_write(&text);
	assert_non_null(strstr(
		buffer_text(&text), "nimbus_requests_total{action=\"snow\",result=\"fault\"} 1\n"));
	assert_non_null(strstr(
		buffer_text(&text), "nimbus_requests_total{action=\"snow\",result=\"done\"} 1\n"));
}

static void
refused_keys_are_told_before_they_are_forgotten(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /", FAKE_HEAD("401 No") "\r\n", FAKE_CLOSE, false},
		{"GET /", FAKE_OK, FAKE_CLOSE, false}, {0}};
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	nimbus.step = RETRY_REFRESH;
	expect(&nimbus, true, "ksedrfksf");
	stop(&nimbus);
}

static void
without_an_answer_it_is_sent_again_unless_that_may_be_once_alone(void **state)
{
	static const struct fake_step steps[] = {{"GET /", "", FAKE_CLOSE, false}, {0}};
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	expect(&nimbus, false, "kstdf");
	assert_int_equal(nimbus.failure, CLOUD_BACK_OFF);
	stop(&nimbus);
	start(&nimbus, steps);
	nimbus.call.once = true;
	expect(&nimbus, false, "kstf");
	assert_int_equal(nimbus.failure, CLOUD_CONFLICT);
	stop(&nimbus);
	start(&nimbus, steps);
	nimbus.tells = true;
	expect(&nimbus, false, "kstf");
	expect_fault(&nimbus, CLOUD_GONE, "said by itself");
	stop(&nimbus);
}

static void
who_may_not_call_sends_nothing(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	nimbus.led_by_another = true;
	expect(&nimbus, false, "tf");
	expect_fault(&nimbus, CLOUD_BACK_OFF,
		"this replica does not lead, so it asks nothing of Nimbus");
	assert_string_equal(nimbus.code, "NotLeader");
	stop(&nimbus);
	start(&nimbus, steps);
	nimbus.loses_leave = true;
	expect(&nimbus, false, "ktf");
	assert_string_equal(nimbus.code, "NotLeader");
	stop(&nimbus);
}

static void
keys_that_cannot_be_had_end_it(void **state)
{
	static const struct fake_step steps[] = {{0}};
	static const struct {
		enum error_kind kind;
		enum cloud_failure failure;
	} rows[] = {{ERROR_TRANSIENT, CLOUD_BACK_OFF}, {ERROR_EXHAUSTED, CLOUD_BACK_OFF},
		{ERROR_DENIED, CLOUD_WAIT_FOR_USER}, {ERROR_NOT_FOUND, CLOUD_WAIT_FOR_USER}};
	struct nimbus nimbus;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		start(&nimbus, steps);
		nimbus.without_keys = rows[i].kind;
		expect(&nimbus, false, "ktf");
		expect_fault(&nimbus, rows[i].failure, "no keys");
		stop(&nimbus);
	}
}

static void
after_an_abort_nothing_begins(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	call_shared_abort(&nimbus.shared);
	expect(&nimbus, false, "tf");
	expect_fault(&nimbus, CLOUD_BACK_OFF, "the program is about to end");
	stop(&nimbus);
}

static void
a_doubtful_change_is_to_be_read_again(void **state)
{
	static const struct fake_step steps[] = {{0}};
	const struct error error = {.kind = ERROR_INVALID, .message = "no XML"};
	struct nimbus nimbus;

	(void)state;
	start(&nimbus, steps);
	call_doubt(&nimbus.call, &error);
	expect_fault(&nimbus, CLOUD_BACK_OFF, "the weather: no XML");
	nimbus.call.changes = true;
	call_doubt(&nimbus.call, &error);
	expect_fault(&nimbus, CLOUD_CONFLICT, "the weather: no XML");
	stop(&nimbus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_answer_ends_it),
		cmocka_unit_test(each_attempt_has_keys_of_its_own_and_is_counted),
		cmocka_unit_test(refused_keys_are_told_before_they_are_forgotten),
		cmocka_unit_test(without_an_answer_it_is_sent_again_unless_that_may_be_once_alone),
		cmocka_unit_test(who_may_not_call_sends_nothing),
		cmocka_unit_test(keys_that_cannot_be_had_end_it),
		cmocka_unit_test(after_an_abort_nothing_begins),
		cmocka_unit_test(a_doubtful_change_is_to_be_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
