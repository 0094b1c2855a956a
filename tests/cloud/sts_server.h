/* Answers of STS for scripted servers, and a clock to write them by. */
#pragma once

#include <stdio.h>
#include <time.h>

#include "tests/http/fake_server.h"

#define STS_ARN "arn:aws:iam::111122223333:role/Peering"
#define STS_CREDENTIALS(id, expires)                                                               \
	"<Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>s3cr3t/of+" id             \
	"</SecretAccessKey><SessionToken>t0ken/of+" id "</SessionToken><Expiration>" expires       \
	"</Expiration></Credentials>"
#define STS_ANSWER(action, id, expires)                                                            \
	FAKE_OK "<" action "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" action \
		"Result>" STS_CREDENTIALS(id, expires) "</" action                                 \
						       "Result><ResponseMetadata><RequestId>1</"   \
						       "RequestId></ResponseMetadata></" action    \
						       "Response>"
#define STS_ERROR(status, code, message)                                                           \
	FAKE_HEAD(status)                                                                          \
	"\r\n<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message      \
	"</Message></Error><RequestId>1</RequestId></ErrorResponse>"
/* Long after any test; in seconds since 1970. */
#define STS_LATER  "2099-01-02T03:04:05Z"
#define STS_LATEST INT64_C(4071006245)
