/* The header lines of a request, as libcurl takes them. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "base/arena.h"

/* A name (RFC 9110 section 5.1), a colon and a value, all of it printable ASCII, so that nothing in
 * it can end the line. */
bool header_is_sound(const char *line);

/* Appends the lines, which end with NULL (or are NULL), and "Accept: application/json" unless they
 * name another. False when one of them is not sound. */
bool header_append_lines(struct curl_slist **list, const char *const *lines);

/* Appends Content-Type; without a type, word to libcurl that there is none. False for what cannot
 * be one. */
bool header_append_type(struct curl_slist **list, struct arena *arena, const char *type);
