/* The certificate and key that the webhook shows, in generations: files that change become a new
 * generation for new connections, while open connections keep theirs. A pair that is broken changes
 * nothing.
 *
 * With a client CA, a connection without a certificate of that CA for client authentication, or
 * with one of a name that is not allowed, ends in the handshake.
 */
#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

struct tls_identity;
struct tls_generation;

/* Reads the files; `client_ca` may be NULL. Paths are lent until tls_identity_close. */
struct tls_identity *tls_identity_open(
	const char *certificate, const char *key, const char *client_ca, struct error *error);
/* The names of clients that are let in, as client_names_allow takes them; lent until
 * tls_identity_close. Before the first session. */
void tls_identity_set_client_names(struct tls_identity *identity, const char *names);
/* All connections have been released. */
void tls_identity_close(struct tls_identity *identity);

/* Reads the files again; true when they are good, whether changed or not. On failure the last good
 * pair stays. */
bool tls_identity_reload(struct tls_identity *identity, struct error *error);

/* Gives a new session the newest generation, which stays until it is released. NULL when GnuTLS
 * refuses. */
struct tls_generation *tls_identity_acquire(
	struct tls_identity *identity, gnutls_session_t session);
void tls_identity_release(struct tls_identity *identity, struct tls_generation *generation);

/* The PEM texts of the newest generation, to start a daemon with; lent until the next reload. */
const char *tls_identity_certificate(const struct tls_identity *identity);
const char *tls_identity_key(const struct tls_identity *identity);
/* The same certificate as a copy in the arena, for any thread. */
const char *tls_identity_copy_certificate(struct arena *arena, struct tls_identity *identity);
