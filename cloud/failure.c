#include "cloud/failure.h"

const char *
failure_name(enum cloud_failure failure)
{
	static const char *const names[CLOUD_FAILURES] = {
		[CLOUD_NONE] = "no failure",
		[CLOUD_RETRY_NOW] = "retry now",
		[CLOUD_BACK_OFF] = "back off",
		[CLOUD_WAIT_FOR_USER] = "wait for the user",
		[CLOUD_PERMANENT] = "permanent until the spec changes",
		[CLOUD_GONE] = "gone",
		[CLOUD_CREDENTIALS] = "new credentials are needed",
		[CLOUD_CONFLICT] = "read again",
		[CLOUD_WOULD_WORK] = "a dry run that would work",
	};

	return names[failure];
}

const char *
failure_label(enum cloud_failure failure)
{
	static const char *const labels[CLOUD_FAILURES] = {
		[CLOUD_RETRY_NOW] = "retry-now",
		[CLOUD_BACK_OFF] = "back-off",
		[CLOUD_WAIT_FOR_USER] = "wait-for-user",
		[CLOUD_PERMANENT] = "permanent",
		[CLOUD_GONE] = "gone",
		[CLOUD_CREDENTIALS] = "credentials",
		[CLOUD_CONFLICT] = "conflict",
	};

	return labels[failure] ? labels[failure] : "other";
}
