/* Connections that this program has made a moment ago: AWS may not show them for some seconds, and
 * asking for a second one then is what must not happen. Thread-safe.
 *
 * Bounded: the oldest gives way. What a crash loses here is no harm, since a new leader comes later
 * than AWS shows what was made.
 */
#pragma once

#include <stdbool.h>

struct aws_recent;

struct aws_recent *aws_recent_new(void);
void aws_recent_free(struct aws_recent *recent);

/* Copies both; `uid` of the object it was made for, `id` "" where the answer was lost. */
void aws_recent_add(struct aws_recent *recent, const char *uid, const char *id);
/* AWS shows it now. */
void aws_recent_seen(struct aws_recent *recent, const char *id);
/* AWS shows one that lives and was made for that object: so that of the lost answer. */
void aws_recent_found(struct aws_recent *recent, const char *uid);
/* Was one made for that object, within AWS_RECENT_SECONDS, and never seen since? */
enum { AWS_RECENT_SECONDS = 60 };
bool aws_recent_is_unseen(struct aws_recent *recent, const char *uid);
