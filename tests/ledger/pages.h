/* For the tests of the ledger: objects, declarations and pages, made as the API server would hand
 * them out. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "kinds/kind.h"
#include "ledger/book.h"
#include "ledger/page.h"

static const struct json_limits page_limits = {.bytes = 16 << 20, .depth = 64, .values = 1000000};

static inline const struct json *
json_of(struct arena *arena, const char *text)
{
	const struct json *json = json_parse(arena, text, strlen(text), &page_limits, NULL);

	assert_non_null(json);
	return json;
}

static inline const struct json *
subnet_of(struct arena *arena, const char *name, const char *cidr)
{
	return json_of(arena,
		arena_printf(arena,
			"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"metadata\":{"
			"\"name\":\"%s\"},\"spec\":{\"vpc\":\"v\",\"cidrBlock\":\"%s\"}}",
			name, cidr));
}

static inline const struct declaration *
declaration_of_json(struct arena *arena, const struct json *object)
{
	struct declaration *declaration = ARENA_NEW(arena, struct declaration);

	assert_true(kind_decode(arena, kind_of_object(object), object, NULL, declaration, NULL));
	return declaration;
}

/* What was written, with the version and the uid that the API server gives it: of two members of a
 * name the first counts. */
static inline struct ledger_page
stored_page(struct arena *arena, const char *text, const char *uid, uint64_t version)
{
	static const char metadata[] = "\"metadata\":{";
	const char *rest = strstr(text, metadata);
	struct ledger_page page;

	assert_non_null(rest);
	rest += strlen(metadata);
	text = arena_printf(arena, "%.*s\"resourceVersion\":\"%llu\",\"uid\":\"%s\",%s",
		(int)(rest - text), text, (unsigned long long)version, uid, rest);
	if (!page_decode(arena, json_of(arena, text), &page, NULL))
		fail_msg("no page: %s", text);
	return page;
}
