/* What a program finds in its environment: "NAME=value" texts ended by NULL, as `environ` is. A
 * variable that is empty counts as not set. */
#pragma once

/* The value, lent by the environment; NULL where there is none, or no environment. */
const char *environment_get(const char *const *environment, const char *name);
