/* For tests that also read recorded answers of clouds, which stand beside the project and are no
 * part of it: where they are absent, the test is skipped by name. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"

#define CLOUD_EXAMPLES "../shared/upstream/cloud-examples/"

/* Into `text`, which is initialised already. Tests run in the project's folder. */
static inline void
cloud_examples_read(const char *name, struct buffer *text)
{
	char path[256];
	struct error error = {0};

	snprintf(path, sizeof path, CLOUD_EXAMPLES "%s", name);
	buffer_clear(text);
	if (file_read(path, text, &error))
		return;
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	print_message("skipped for want of %s\n", path);
	skip();
}
