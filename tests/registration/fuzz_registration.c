/* Any object as a live webhook configuration: whatever is wrong with it, there are words for what
 * is, what should be and how to put it right, each in one line. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/json.h"
#include "registration/registration.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 64 << 20, LARGEST_FILE = 1 << 20 };

/* The chain that we serve. */
static const char *
certificate(void)
{
	static struct buffer pair;

	if (pair.length == 0) {
		buffer_init(&pair, LARGEST_FILE);
		FUZZ_CHECK(file_read("tests/serving/corpus/tls_identity/pair", &pair, NULL));
	}
	return buffer_text(&pair); /* ended by the NUL before the key */
}

static void
check_line(const char *text)
{
	FUZZ_CHECK(text && !text_is_blank(text) && !strpbrk(text, "\r\n"));
}

static void
check(struct arena *arena, const struct json *object, enum registration_type type)
{
	struct registration_expectation expectation = {.type = type,
		.name = "peerwarden",
		.certificate = certificate(),
		.namespace = "peerwarden"};
	const struct registration_problem *problem =
		registration_check(arena, object, &expectation);

	for (; problem; problem = problem->next) {
		FUZZ_CHECK(problem->check < REGISTRATION_CHECKS);
		check_line(registration_check_name(problem->check));
		check_line(problem->actual);
		check_line(problem->expected);
		check_line(problem->remedy);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const struct json *object = json_parse(arena, text, size, &json_file_limits, NULL);

	if (!object)
		return 0;
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		check(arena, object, type);
	return 0;
}
