/* The time that a caller says it waits: kube-apiserver adds `?timeout=10s` to the URL of a webhook,
 * a duration as Go's time.ParseDuration takes it ("10s", "1m30s", "1.5h", "500ms"). */
#pragma once

#include <stdint.h>

/* Nanoseconds; `otherwise` for text that is NULL, no such duration, or not above zero. What is
 * longer than a year counts as a year. */
int64_t timeout_parse(const char *text, int64_t otherwise);
