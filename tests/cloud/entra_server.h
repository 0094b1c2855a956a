/* Answers of Microsoft Entra and of IMDS for scripted servers. */
#pragma once

#include <stdio.h>

#include "tests/http/fake_server.h"

#define ENTRA_TENANT       "11111111-1111-1111-1111-111111111111"
#define ENTRA_OTHER        "22222222-2222-2222-2222-222222222222"
#define ENTRA_CLIENT       "33333333-3333-3333-3333-333333333333"
#define ENTRA_SECRET       "s3cr3t~of+the/application"
#define ENTRA_PATH(tenant) "POST /" tenant "/oauth2/v2.0/token HTTP/1.1\r\n"
#define ENTRA_GRANT(token)                                                                         \
	FAKE_OK "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"ext_expires_in\":3599,"          \
		"\"access_token\":\"" token "\"}"
#define ENTRA_ERROR(status, code, number, words)                                                   \
	FAKE_HEAD(status)                                                                          \
	"\r\n{\"error\":\"" code "\",\"error_description\":\"AADSTS" number ": " words             \
	" Trace ID: 1 Correlation ID: 2 Timestamp: 3\",\"error_codes\":[" number "]}"
#define ENTRA_STEP(expects, reply)                                                                 \
	{                                                                                          \
		expects, reply, FAKE_CLOSE, false                                                  \
	}

enum { ENTRA_LINES = 8, ENTRA_LINE = 256 };

/* Settings that lead to a server. */
struct entra_environment {
	char lines[2][ENTRA_LINE];
	const char *texts[ENTRA_LINES];
};

static inline void
entra_environment_write(struct entra_environment *made, const char *url,
	const char *const *further) /* ended by NULL */
{
	size_t count = 2;

	snprintf(made->lines[0], ENTRA_LINE, "AZURE_AUTHORITY_HOST=%s/", url);
	snprintf(made->lines[1], ENTRA_LINE, "AZURE_POD_IDENTITY_AUTHORITY_HOST=%s", url);
	made->texts[0] = made->lines[0];
	made->texts[1] = made->lines[1];
	for (; *further && count < ENTRA_LINES - 1; further++)
		made->texts[count++] = *further;
	made->texts[count] = NULL;
}
