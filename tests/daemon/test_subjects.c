#include "daemon/subjects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

struct fixture {
	struct inventory *inventory;
	struct subjects *subjects;
	struct buffer gone;
};

static struct fixture
set_up(void)
{
	struct fixture fixture = {inventory_new(), subjects_new(), {0}};

	buffer_init(&fixture.gone, 1000);
	inventory_lock(fixture.inventory);
	return fixture;
}

static void
tear_down(struct fixture *fixture)
{
	inventory_unlock(fixture->inventory);
	subjects_free(fixture->subjects);
	inventory_free(fixture->inventory);
	buffer_dispose(&fixture->gone);
}

static bool
see(struct fixture *fixture, const char *name, const char *uid, const char *home)
{
	const struct sighting sighting = {{KIND_SUBNET, "", name}, uid, 1, false, 7};
	const struct declaration declaration = {.object = {KIND_SUBNET, "", name}, .home = home};

	inventory_store(fixture->inventory, &declaration);
	return subjects_see(fixture->subjects, fixture->inventory, &sighting);
}

static bool
lose(struct fixture *fixture, const char *name, const char *uid)
{
	const struct sighting sighting = {{KIND_SUBNET, "", name}, uid, 1, true, 7};

	inventory_remove(fixture->inventory, &sighting.object);
	return subjects_see(fixture->subjects, fixture->inventory, &sighting);
}

static const char *
uid_of(struct fixture *fixture, const char *name)
{
	const struct object_id object = {KIND_SUBNET, "", name};
	const struct subject *subject = subjects_of_object(fixture->subjects, &object);

	return subject ? subject->uid : "";
}

static void
note_gone(void *context, const char *uid)
{
	struct fixture *fixture = context;

	buffer_printf(&fixture->gone, "%s ", uid);
}

static void
only_what_a_rule_looks_at_is_a_change(void **state)
{
	struct fixture fixture = set_up();

	(void)state;
	assert_true(see(&fixture, "one", "a", "vpc/v"));
	assert_false(see(&fixture, "one", "a", "vpc/v"));
	assert_true(see(&fixture, "one", "a", "vpc/w"));
	assert_int_equal(subjects_of_uid(fixture.subjects, "a")->created, 7);
	tear_down(&fixture);
}

static void
a_mark_of_deletion_and_another_flaw_are_changes(void **state)
{
	struct fixture fixture = set_up();
	const struct sighting sighting = {{KIND_SUBNET, "", "one"}, "a", 1, false, 7};
	struct flaw flaw = {
		FLAW_ADDRESS, {"spec.cidrBlock", 0}, "10.0.0.0/99", "too long", "", false};
	struct declaration declaration = {.object = sighting.object};

	(void)state;
	inventory_store(fixture.inventory, &declaration);
	assert_true(subjects_see(fixture.subjects, fixture.inventory, &sighting));
	declaration.deleting = true;
	inventory_store(fixture.inventory, &declaration);
	assert_true(subjects_see(fixture.subjects, fixture.inventory, &sighting));
	declaration.flaws = &flaw;
	declaration.flaw_count = 1;
	inventory_store(fixture.inventory, &declaration);
	assert_true(subjects_see(fixture.subjects, fixture.inventory, &sighting));
	flaw.value = "10.0.0.0/98";
	inventory_store(fixture.inventory, &declaration);
	assert_true(subjects_see(fixture.subjects, fixture.inventory, &sighting));
	assert_false(subjects_see(fixture.subjects, fixture.inventory, &sighting));
	tear_down(&fixture);
}

static void
an_object_created_anew_is_another(void **state)
{
	struct fixture fixture = set_up();

	(void)state;
	see(&fixture, "one", "a", "vpc/v");
	assert_true(see(&fixture, "one", "b", "vpc/v"));
	assert_string_equal(uid_of(&fixture, "one"), "b");
	assert_non_null(subjects_of_uid(fixture.subjects, "a"));
	/* The end of the old one is told late. */
	assert_true(lose(&fixture, "one", "a"));
	assert_string_equal(uid_of(&fixture, "one"), "b");
	tear_down(&fixture);
}

static void
what_is_gone_is_kept_until_it_is_swept(void **state)
{
	struct fixture fixture = set_up();

	(void)state;
	see(&fixture, "one", "a", "vpc/v");
	see(&fixture, "two", "b", "vpc/v");
	see(&fixture, "three", "c", "vpc/v");
	subjects_of_uid(fixture.subjects, "a")->wished = true;
	subjects_of_uid(fixture.subjects, "b")->wished = true;
	assert_true(lose(&fixture, "one", "a"));
	assert_string_equal(uid_of(&fixture, "one"), "");
	subjects_of_uid(fixture.subjects, "b")->round = 5;
	subjects_sweep(fixture.subjects, 5, note_gone, &fixture);
	assert_string_equal(buffer_text(&fixture.gone), "a "); /* c has wished nothing */
	assert_null(subjects_of_uid(fixture.subjects, "a"));
	assert_null(subjects_of_uid(fixture.subjects, "c"));
	assert_string_equal(uid_of(&fixture, "three"), "");
	assert_string_equal(uid_of(&fixture, "two"), "b");
	tear_down(&fixture);
}

static void
one_without_a_uid_is_nobody(void **state)
{
	struct fixture fixture = set_up();

	(void)state;
	assert_true(see(&fixture, "one", "", "vpc/v"));
	assert_true(see(&fixture, "one", "", "vpc/v"));
	assert_string_equal(uid_of(&fixture, "one"), "");
	tear_down(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_a_rule_looks_at_is_a_change),
		cmocka_unit_test(a_mark_of_deletion_and_another_flaw_are_changes),
		cmocka_unit_test(an_object_created_anew_is_another),
		cmocka_unit_test(what_is_gone_is_kept_until_it_is_swept),
		cmocka_unit_test(one_without_a_uid_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
