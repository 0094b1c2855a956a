/* Looks at a played API server and does every step that the planner wants, with real certificates:
 * what is stored afterwards, what is left alone, and that all ends in order whatever happens. */
#include "certs/certificate_look.h"

#include "base/clock.h"
#include "kube/base64.h"
#include "tests/certs/played_api.h"

#define SECRET     "/api/v1/namespaces/net/secrets/hook-tls"
#define MUTATING   "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/ours"
#define VALIDATING "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/ours"
#define ENTRY(path, more)                                                                          \
	"{\"name\":\"" path ".peerwarden.io\",\"failurePolicy\":\"Fail\",\"clientConfig\":{"       \
	"\"service\":{\"name\":\"hook\",\"namespace\":\"net\",\"path\":\"/" path "\"}" more "}}"
#define FOREIGN                                                                                    \
	"{\"name\":\"other.example.com\",\"clientConfig\":{\"caBundle\":\"b3RoZXI=\","             \
	"\"service\":{\"name\":\"other\",\"namespace\":\"net\"}}}"
#define CONFIGURATION(kind, webhooks)                                                              \
	"{\"kind\":\"" kind "WebhookConfiguration\",\"metadata\":{\"name\":\"ours\","              \
	"\"labels\":{\"a\":\"b\"}}" webhooks "}"
#define SHELL(kind)  CONFIGURATION(kind, "")
#define EMPTY_SECRET "{\"kind\":\"Secret\",\"metadata\":{\"labels\":{\"a\":\"b\"}}}"
#define WANTED                                                                                     \
	CONFIGURATION("Mutating", ",\"webhooks\":[" ENTRY("mutate", "") "]")                       \
	"\n---\n" CONFIGURATION("Validating", ",\"webhooks\":[" ENTRY("validate", "") "]")

enum { MEMORY = 1 << 24, QUIET = 400, MOST_LOOKS = 500, BEGINNING = 1800000000 };

static int64_t now; /* seconds, of both clocks */

int64_t __wrap_clock_monotonic(void);
int64_t
__wrap_clock_monotonic(void)
{
	return (now - BEGINNING + 1000) * CLOCK_SECOND;
}

int64_t __wrap_clock_wall(void);
int64_t
__wrap_clock_wall(void)
{
	return now * CLOCK_SECOND;
}

/* One process that keeps the certificates; what it remembers lives in `memory`. */
struct owner {
	struct arena *memory;
	struct arena *arena; /* of one look */
	struct certificate_place place;
	struct certificate_sights sights;
	struct certificate_store remembered;
	struct certificate_look look;
	int64_t look_again;
	char story[2000];
};

static void
remember(struct owner *owner)
{
	if (!rotation_is_whole(&owner->look.view.secret, owner->look.view.now))
		return;
	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++)
		owner->remembered.texts[i] =
			owner->look.store.texts[i]
				? arena_text(owner->memory, owner->look.store.texts[i])
				: NULL;
}

static void
write_step(struct owner *owner, const struct rotation_step *step)
{
	const struct certificate_store_order order = {.policy = &rotation_default_policy,
		.authority_subject = "CA",
		.leaf_subject = "hook",
		.hosts = owner->place.hosts};
	size_t length = strlen(owner->story);
	struct error error = {0};
	struct kube_call call;

	snprintf(owner->story + length, sizeof owner->story - length, "%s%s", length ? ", " : "",
		rotation_action_name(step->action));
	if (!certificate_look_call(owner->arena, &owner->look, step, &order, &call, &error))
		fail_msg("%s: %s", rotation_action_name(step->action), error.message);
	if (!kube_client_call(owner->arena, NULL, &call, &error))
		fail_msg("%s: %s", rotation_action_name(step->action), error.message);
	certificate_look_wipe_call(&call);
	assert_int_equal(strlen(call.body), 0);
}

/* Looks once and does what is due. */
static void
look(struct owner *owner)
{
	struct error error = {0};
	struct rotation_step step;

	played_api.date = now;
	if (!certificate_look_take(owner->arena, NULL, &owner->place, &owner->sights,
		    &owner->remembered, &owner->look, &error))
		fail_msg("%s", error.message);
	remember(owner);
	step = rotation_next(&rotation_default_policy, &owner->look.view);
	owner->look_again = step.look_again;
	if (step.action != ROTATION_WAIT)
		write_step(owner, &step);
	certificate_look_wipe(&owner->look);
	arena_reset(owner->arena);
}

/* Until nothing has been done for longer than anything is waited for. */
static void
settle(struct owner *owner)
{
	int64_t quiet = now + QUIET;
	int looks = 0;

	owner->story[0] = '\0';
	while (now < quiet) {
		if (++looks > MOST_LOOKS)
			fail_msg("it never ends: %s", owner->story);
		look(owner);
		now += owner->look_again;
		quiet = owner->look_again ? quiet : now + QUIET;
	}
}

static void
begin(struct owner *owner)
{
	*owner = (struct owner){.memory = arena_new(SIZE_MAX), .arena = arena_new(SIZE_MAX)};
	owner->place = (struct certificate_place){.namespace = "net", .secret = "hook-tls"};
	assert_true(
		certificate_place_read(owner->memory, &owner->place, WANTED, strlen(WANTED), NULL));
	now = BEGINNING;
	played_put(SECRET, EMPTY_SECRET);
	played_put(MUTATING, SHELL("Mutating"));
	played_put(VALIDATING, SHELL("Validating"));
}

static void
fill(void)
{
	played_put(MUTATING,
		CONFIGURATION("Mutating", ",\"webhooks\":[" FOREIGN "," ENTRY("mutate", "") "]"));
	played_put(VALIDATING,
		CONFIGURATION("Validating", ",\"webhooks\":[" ENTRY("validate", "") "]"));
}

/* Another process, which remembers nothing. */
static void
restart(struct owner *owner)
{
	memset(&owner->sights, 0, sizeof owner->sights);
	memset(&owner->remembered, 0, sizeof owner->remembered);
}

static void
end(struct owner *owner)
{
	arena_free(owner->memory);
	arena_free(owner->arena);
	played_clear();
}

/* Both entries show the CA of the Secret and no other, its leaf is whole, and the rest of the
 * objects is as it was. */
static void
assert_order(struct owner *owner)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	const char *ca = played_text(arena, SECRET, "data", "ca.crt");
	const char *place = played_text(arena, MUTATING, "webhooks[0]", "name");
	bool first = text_equal(place, "mutate.peerwarden.io");

	assert_non_null(ca);
	assert_string_equal(
		ca, played_text(arena, MUTATING,
			    first ? "webhooks[0].clientConfig" : "webhooks[1].clientConfig",
			    "caBundle"));
	assert_string_equal(
		ca, played_text(arena, VALIDATING, "webhooks[0].clientConfig", "caBundle"));
	assert_null(owner->look.view.secret.next.id);
	assert_int_equal(owner->look.view.secret.previous.count, 0);
	assert_string_equal(played_text(arena, MUTATING, "metadata.labels", "a"), "b");
	assert_string_equal(played_text(arena, VALIDATING, "webhooks[0]", "failurePolicy"), "Fail");
	assert_true(rotation_is_whole(&owner->look.view.secret, now));
	assert_false(certificate_look_is_untrusted(&owner->look));
}

static void
a_shell_is_filled_and_its_entries_are_given_the_ca_when_they_come(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	struct owner owner;

	(void)state;
	begin(&owner);
	settle(&owner);
	assert_string_equal(owner.story, "create");
	assert_string_equal(played_text(arena, SECRET, "metadata.labels", "a"), "b");
	assert_null(played_text(arena, MUTATING, "webhooks[0]", "name"));
	fill();
	settle(&owner);
	assert_string_equal(owner.story, "publish, publish");
	assert_order(&owner);
	assert_string_equal(
		played_text(arena, MUTATING, "webhooks[0].clientConfig", "caBundle"), "b3RoZXI=");
	settle(&owner);
	assert_string_equal(owner.story, "");
	end(&owner);
}

static void
a_marked_ca_is_replaced_and_the_mark_goes(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	struct owner owner;
	struct kube_call call;
	const char *before, *id;

	(void)state;
	begin(&owner);
	fill();
	settle(&owner);
	before = played_text(arena, SECRET, "data", "ca.crt");
	assert_true(certificate_look_take(
		arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, NULL));
	assert_true(certificate_look_mark(arena, &owner.look, &call, NULL));
	id = owner.look.view.secret.authority.id;
	assert_string_equal(
		call.body, arena_printf(arena,
				   "{\"metadata\":{\"resourceVersion\":\"%d\",\"annotations\":{"
				   "\"peerwarden.io/retire-ca\":\"%s\"}}}",
				   played_find(SECRET)->version, id));
	played_set(SECRET, "metadata.annotations.x", "y");
	played_set(SECRET, "metadata.annotations[" CERTIFICATE_LOOK_RETIRE "]", id);
	settle(&owner);
	assert_string_equal(
		owner.story, "prepare, publish, publish, switch, drop-previous, publish, publish");
	assert_order(&owner);
	assert_string_not_equal(before, played_text(arena, SECRET, "data", "ca.crt"));
	assert_null(played_text(arena, SECRET, "metadata.annotations", CERTIFICATE_LOOK_RETIRE));
	assert_string_equal(played_text(arena, SECRET, "metadata.annotations", "x"), "y");
	end(&owner);
}

static void
a_secret_that_is_deleted_comes_back_from_memory_and_otherwise_by_a_new_ca(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	struct owner owner;
	const char *leaf;

	(void)state;
	begin(&owner);
	fill();
	settle(&owner);
	leaf = played_text(arena, SECRET, "data", "tls.key");
	played_put(SECRET, NULL);
	settle(&owner);
	assert_string_equal(owner.story, "restore");
	assert_string_equal(leaf, played_text(arena, SECRET, "data", "tls.key"));
	assert_string_equal(played_text(arena, SECRET, "metadata", "namespace"), "net");
	assert_true(text_starts_with(played_api.query, "?fieldManager=peerwarden-daemon-"));
	assert_int_equal(strlen(played_api.query), strlen("?fieldManager=peerwarden-daemon-") + 16);
	played_put(SECRET, NULL);
	restart(&owner);
	settle(&owner);
	assert_string_equal(
		owner.story, "prepare, publish, publish, switch, drop-previous, publish, publish");
	assert_order(&owner);
	end(&owner);
}

static void
what_cannot_be_read_is_no_view(void **state)
{
	struct error error = {0};
	struct owner owner;

	(void)state;
	begin(&owner);
	played_api.refuse = 403;
	assert_false(certificate_look_take(
		owner.arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, &error));
	assert_int_equal(error.kind, ERROR_DENIED);
	assert_non_null(strstr(error.message, MUTATING));
	played_api.refuse = 0;
	played_put(
		MUTATING, CONFIGURATION("Mutating",
				  ",\"webhooks\":[" ENTRY("a", "") "," ENTRY("a", "") "," ENTRY("a",
					  "") "," ENTRY("a", "") "," ENTRY("a", "") "," ENTRY("a",
					  "") "," ENTRY("a", "") "," ENTRY("a", "") "," ENTRY("a",
					  "") "," ENTRY("a", "") "," ENTRY("a", "") "," ENTRY("a",
					  "") "," ENTRY("a", "") "," ENTRY("a", "") "," ENTRY("a",
					  "") "," ENTRY("a", "") "," ENTRY("a", "") "]"));
	assert_false(certificate_look_take(
		owner.arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	end(&owner);
}

static void
a_step_that_rests_on_an_old_look_is_not_written(void **state)
{
	const struct certificate_store_order order = {
		.policy = &rotation_default_policy, .leaf_subject = "x", .authority_subject = "x"};
	struct rotation_step step = {.action = ROTATION_PREPARE, .now = BEGINNING};
	struct error error = {0};
	struct kube_call call;
	struct owner owner;

	(void)state;
	begin(&owner);
	assert_true(certificate_look_take(
		owner.arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, NULL));
	now += ROTATION_LONGEST_LOOK;
	assert_true(certificate_look_call(owner.arena, &owner.look, &step, &order, &call, &error));
	now += 1;
	assert_false(certificate_look_call(owner.arena, &owner.look, &step, &order, &call, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	end(&owner);
}

static void
a_write_that_meets_a_newer_object_changes_nothing(void **state)
{
	static const char *const paths[] = {SECRET, MUTATING};
	const struct certificate_store_order order = {.policy = &rotation_default_policy,
		.authority_subject = "x",
		.leaf_subject = "x",
		.hosts = (const char *const[]){"x", NULL}};
	struct owner owner;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct rotation_step step = {
			.action = i == 0 ? ROTATION_PREPARE : ROTATION_PUBLISH, .now = BEGINNING};
		struct error error = {0};
		struct kube_call call;

		begin(&owner);
		fill();
		look(&owner);
		assert_true(certificate_look_take(
			owner.arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, NULL));
		assert_true(certificate_look_call(
			owner.arena, &owner.look, &step, &order, &call, NULL));
		played_set(paths[i], "metadata.labels.a", "c");
		assert_null(kube_client_call(owner.arena, NULL, &call, &error));
		assert_int_equal(error.kind, ERROR_CONFLICT);
		end(&owner);
	}
}

static void
settling_counts_from_the_answer_in_which_an_object_was_first_seen(void **state)
{
	struct owner owner;

	(void)state;
	begin(&owner);
	fill();
	look(&owner); /* create */
	now += 10;
	assert_true(certificate_look_take(
		owner.arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, NULL));
	assert_int_equal(owner.look.view.secret.seen_for, 0);
	assert_in_range(owner.look.configurations[0].seen_for, 9, 10);
	now += 10;
	played_set(VALIDATING, "metadata.labels.a", "c");
	assert_true(certificate_look_take(
		owner.arena, NULL, &owner.place, &owner.sights, NULL, &owner.look, NULL));
	assert_in_range(owner.look.view.secret.seen_for, 9, 10);
	assert_in_range(owner.look.configurations[0].seen_for, 19, 20);
	assert_int_equal(owner.look.configurations[1].seen_for, 0);
	end(&owner);
}

/* What people do. */
static void
disturb(struct owner *owner, uint64_t random)
{
	static const char *const members[] = {"data[ca.crt]", "data[ca.key]", "data[tls.crt]",
		"data[tls.key]", "data[next-ca.crt]", "data[previous-ca.crt]"};
	static const char *const values[] = {NULL, "", "nonsense", "Z2FyYmFnZQ==", "AAAA"};
	const char *value = values[random / 16 % 5];

	switch (random % 8) {
	case 0:
		played_put(SECRET, NULL);
		break;
	case 1:
	case 2:
		played_set(SECRET, members[random / 256 % 6], value);
		break;
	case 3:
		played_set(VALIDATING, "webhooks[0].clientConfig.caBundle", value);
		break;
	case 4:
		fill();
		break;
	case 5:
		restart(owner);
		break;
	case 6:
		now += 40 * 86400;
		break;
	default:
		played_set(SECRET, "metadata.annotations[" CERTIFICATE_LOOK_RETIRE "]",
			owner->look.view.secret.authority.id ? "old" : "nonsense");
	}
}

static void
whatever_people_do_it_ends_in_order(void **state)
{
	uint64_t random = 88172645463325252u;
	struct owner owner;

	(void)state;
	begin(&owner);
	fill();
	settle(&owner);
	for (int turn = 0; turn < 50; turn++) {
		for (int i = 0; i < 3; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			disturb(&owner, random >> 8);
			if (random & 1)
				look(&owner);
		}
		settle(&owner);
		assert_order(&owner);
	}
	end(&owner);
}

static void
what_a_secret_held_is_overwritten(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	static const char text[] = "{\"metadata\":{\"name\":\"s\"},\"data\":{\"ca.key\":\"a2V5\"}}";
	const struct json *secret =
		json_parse(arena, text, strlen(text), &json_request_limits, NULL);

	(void)state;
	certificate_look_wipe_object(secret);
	assert_string_equal(json_member_text(json_member(secret, "data"), "ca.key"), "");
	assert_string_equal(json_member_text(json_member(secret, "metadata"), "name"), "s");
	certificate_look_wipe_object(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_is_filled_and_its_entries_are_given_the_ca_when_they_come),
		cmocka_unit_test(a_marked_ca_is_replaced_and_the_mark_goes),
		cmocka_unit_test(
			a_secret_that_is_deleted_comes_back_from_memory_and_otherwise_by_a_new_ca),
		cmocka_unit_test(what_cannot_be_read_is_no_view),
		cmocka_unit_test(a_step_that_rests_on_an_old_look_is_not_written),
		cmocka_unit_test(a_write_that_meets_a_newer_object_changes_nothing),
		cmocka_unit_test(settling_counts_from_the_answer_in_which_an_object_was_first_seen),
		cmocka_unit_test(whatever_people_do_it_ends_in_order),
		cmocka_unit_test(what_a_secret_held_is_overwritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
