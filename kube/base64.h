/* Base64 with the standard alphabet and padding (RFC 4648 section 4), as kubeconfig files hold
 * certificates and keys. Line breaks are skipped, as Go's decoder does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Appends the bytes that `text` stands for. False when it is no base64, or when the buffer
 * overflows. */
bool base64_decode(const char *text, struct buffer *bytes);

/* Appends the text that stands for the bytes. False when the buffer overflows. */
bool base64_encode(const void *bytes, size_t length, struct buffer *text);
