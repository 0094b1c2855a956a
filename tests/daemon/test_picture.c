/* The picture of a round: what was found is in it, once, and nothing of the round before. */
#include "daemon/picture.h"

#include "base/cleanup.h"
#include "tests/report/sample.h"

static const struct field entry = {"spec.vpcPeerings[%d].remoteVpc", 0};

enum { LIMIT = 1 << 20 };

static void
deny(struct sample *sample, struct picture *picture, const char *name)
{
	sample->findings = (struct findings){.arena = sample->arena};
	sample_finding(sample, "cidr-overlap", ACTION_DENY,
		(struct sample_party){KIND_VPC, name, entry, ""}, (struct sample_party){0}, "");
	picture_note(picture, &sample->findings);
}

static void
a_round_draws_what_it_has_found_and_forgets_it(void **state)
{
	struct picture *picture = picture_new();
	struct buffer first CLEANUP(buffer_dispose), second CLEANUP(buffer_dispose);
	struct sample sample;

	(void)state;
	sample_init(&sample);
	buffer_init(&first, LIMIT);
	buffer_init(&second, LIMIT);
	sample_vpc(&sample, "a", "b");
	sample_vpc(&sample, "b", "a");
	deny(&sample, picture, "a");
	picture_draw(picture, sample.inventory, &first);
	picture_draw(picture, sample.inventory, &second);
	assert_non_null(strstr(buffer_text(&first), "VPC a \xe2\x86\x94 VPC b: cidr-overlap"));
	assert_null(strstr(buffer_text(&second), "cidr-overlap"));
	assert_non_null(strstr(buffer_text(&second), "2 networks, 1 connection; nothing in"));
	sample_dispose(&sample);
	picture_free(picture);
}

static void
very_many_findings_leave_room_for_those_that_deny(void **state)
{
	struct picture *picture = picture_new();
	struct buffer out CLEANUP(buffer_dispose);
	struct sample sample;

	(void)state;
	sample_init(&sample);
	buffer_init(&out, LIMIT);
	sample_vpc(&sample, "a", "b");
	sample_vpc(&sample, "z", "b");
	for (int i = 0; i < 6000; i++)
		sample_finding(&sample, "quota", ACTION_WARN,
			(struct sample_party){
				KIND_VPC, "a", entry, arena_printf(sample.arena, "%d", i)},
			(struct sample_party){0}, "");
	picture_note(picture, &sample.findings);
	deny(&sample, picture, "z");
	picture_draw(picture, sample.inventory, &out);
	assert_non_null(strstr(buffer_text(&out), "5000 findings: quota"));
	assert_non_null(strstr(buffer_text(&out), "VPC z \xe2\x86\x92 VPC b: cidr-overlap"));
	sample_dispose(&sample);
	picture_free(picture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_draws_what_it_has_found_and_forgets_it),
		cmocka_unit_test(very_many_findings_leave_room_for_those_that_deny),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
