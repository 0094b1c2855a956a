/* Any PEM: what is read of it is read the same again, and a bundle of it has one text.
 *
 * Input: a chain, and after a NUL a private key. */
#include "base/cleanup.h"
#include "certs/ca_bundle.h"
#include "certs/certificate_view.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 22, ROOM = 8 };

static void
check_view(struct arena *arena, const struct certificate_view *view, const char *key)
{
	struct certificate_view again;

	FUZZ_CHECK(strlen(view->fingerprint) == CERTIFICATE_VIEW_FINGERPRINT - 1);
	FUZZ_CHECK(view->subject && view->names && !(view->is_server && view->is_authority));
	FUZZ_CHECK(certificate_view_read(arena, certificate_view_pem(arena, view), &again, NULL));
	FUZZ_CHECK(again.der_length == view->der_length &&
		   memcmp(again.der, view->der, view->der_length) == 0);
	for (const char **name = view->names; *name; name++)
		certificate_view_has_host(view, *name);
	certificate_view_has_key(view, key);
	certificate_view_is_signed_by(view, view);
}

static void
check_bundle(struct arena *arena, const char *text)
{
	struct ca_bundle bundle, again;

	ca_bundle_read(arena, text, &bundle);
	ca_bundle_read(arena, ca_bundle_pem(arena, &bundle), &again);
	FUZZ_CHECK(ca_bundle_equal(&bundle, &again) && !again.damaged);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const char *key = strlen(text) < size ? text + strlen(text) + 1 : NULL;
	struct certificate_view views[ROOM], first;
	struct error error = FUZZ_ERROR;
	size_t count = certificate_view_read_all(arena, text, views, ROOM, NULL);

	if (!certificate_view_read(arena, text, &first, &error))
		fuzz_check_error(&error);
	else
		FUZZ_CHECK(count > 0 && strcmp(first.fingerprint, views[0].fingerprint) == 0);
	for (size_t i = 0; i < count; i++)
		check_view(arena, &views[i], key);
	check_bundle(arena, text);
	return 0;
}
