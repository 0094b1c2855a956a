/* What a failed call of a cloud asks for: one set of classes for every provider. */
#pragma once

enum cloud_failure {
	CLOUD_NONE,
	CLOUD_RETRY_NOW,     /* the same call again, after the short wait of a retry */
	CLOUD_BACK_OFF,      /* throttled, or a fault of the cloud's own: later and slower */
	CLOUD_WAIT_FOR_USER, /* a permission, a quota or something missing: look again in minutes */
	CLOUD_PERMANENT,     /* the same until the spec changes */
	CLOUD_GONE,          /* what was named is not there: done, where it was to be deleted */
	CLOUD_CREDENTIALS,   /* get new credentials and try once more */
	CLOUD_CONFLICT,      /* what is there is not what it was thought to be: read it again */
	CLOUD_WOULD_WORK,    /* answer of a dry run: the permission is there */
	CLOUD_FAILURES
};

/* "back off" and so on, for a log line. */
const char *failure_name(enum cloud_failure failure);
/* "back-off" and so on, for the label of a metric; "other" for what is no failure. */
const char *failure_label(enum cloud_failure failure);
