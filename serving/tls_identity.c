#include "serving/tls_identity.h"

#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "serving/client_names.h"

enum { LARGEST_FILE = 1024 * 1024 };

struct pem {
	struct buffer certificate;
	struct buffer key;
	struct buffer client_ca; /* empty when clients need no certificate */
};

struct tls_generation {
	gnutls_certificate_credentials_t credentials;
	int users; /* connections, and one for being the newest */
};

struct tls_identity {
	const char *certificate_path;
	const char *key_path;
	const char *client_ca_path;
	const char *client_names; /* NULL for any */
	pthread_mutex_t mutex;
	struct tls_generation *newest;
	struct pem pem;     /* of the newest */
	struct pem refused; /* so that what is broken is looked at and counted once */
	struct error refusal;
};

static struct metric expiry = METRIC_GAUGE("peerwarden_tls_certificate_expiry_timestamp_seconds",
	"When the served certificate ends, in seconds since 1970.", NULL);
static struct metric failures = METRIC_COUNTER("peerwarden_tls_reload_failures_total",
	"Changed certificate files that could not be used.", NULL);
static struct metric pair_refused = METRIC_GAUGE("peerwarden_tls_pair_refused",
	"1 while the certificate files cannot be used and the pair before is served.", NULL);
static struct metric reloads = METRIC_COUNTER(
	"peerwarden_tls_reloads_total", "Times that a certificate pair was taken into use.", NULL);

static struct metric refused_clients = METRIC_COUNTER("peerwarden_tls_clients_refused_total",
	"Client certificates that were refused: untrusted (authority, validity or purpose) or of a "
	"name that is not allowed.",
	"reason");

static void
pem_init(struct pem *pem)
{
	buffer_init(&pem->certificate, LARGEST_FILE);
	buffer_init(&pem->key, LARGEST_FILE);
	buffer_init(&pem->client_ca, LARGEST_FILE);
}

static void
pem_dispose(struct pem *pem)
{
	gnutls_memset(pem->key.data, 0, pem->key.length);
	buffer_dispose(&pem->certificate);
	buffer_dispose(&pem->key);
	buffer_dispose(&pem->client_ca);
}

static bool
pem_equal(const struct pem *a, const struct pem *b)
{
	return text_equal(buffer_text(&a->certificate), buffer_text(&b->certificate)) &&
	       text_equal(buffer_text(&a->key), buffer_text(&b->key)) &&
	       text_equal(buffer_text(&a->client_ca), buffer_text(&b->client_ca));
}

static bool
read_one(const char *path, struct buffer *into, struct error *error)
{
	return !path || file_read(path, into, error) || error_wrap(error, "%s", path);
}

static bool
pem_read(const struct tls_identity *identity, struct pem *pem, struct error *error)
{
	return read_one(identity->certificate_path, &pem->certificate, error) &&
	       read_one(identity->key_path, &pem->key, error) &&
	       read_one(identity->client_ca_path, &pem->client_ca, error);
}

static gnutls_datum_t
datum(const struct buffer *buffer)
{
	return (gnutls_datum_t){(unsigned char *)buffer->data, (unsigned)buffer->length};
}

static void
generation_free(struct tls_generation *generation)
{
	gnutls_certificate_free_credentials(generation->credentials);
	free(generation);
}

static bool
key_ids_match(gnutls_x509_crt_t leaf, gnutls_x509_privkey_t key)
{
	unsigned char of_leaf[64], of_key[64];
	size_t leaf_size = sizeof of_leaf, key_size = sizeof of_key;

	return gnutls_x509_crt_get_key_id(leaf, GNUTLS_KEYID_USE_SHA256, of_leaf, &leaf_size) ==
		       0 &&
	       gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) ==
		       0 &&
	       leaf_size == key_size && memcmp(of_leaf, of_key, key_size) == 0;
}

/* Whether the key belongs to the leaf. GnuTLS 3.7.9 would see it, too, but leaks what it has read
 * by then. */
static bool
check_pair(const struct tls_identity *identity, const struct pem *pem, struct error *error)
{
	gnutls_datum_t certificate = datum(&pem->certificate);
	gnutls_datum_t secret = datum(&pem->key);
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t leaf = NULL;
	bool good = gnutls_x509_crt_init(&leaf) == 0 && gnutls_x509_privkey_init(&key) == 0 &&
		    gnutls_x509_crt_import(leaf, &certificate, GNUTLS_X509_FMT_PEM) == 0 &&
		    gnutls_x509_privkey_import2(key, &secret, GNUTLS_X509_FMT_PEM, NULL, 0) == 0 &&
		    key_ids_match(leaf, key);

	gnutls_x509_crt_deinit(leaf);
	gnutls_x509_privkey_deinit(key);
	return good ||
	       error_set(error, ERROR_INVALID, "%s and %s are no pair of a certificate and its key",
		       identity->certificate_path, identity->key_path);
}

/* Whether the certificates behind the leaf can be read, too: GnuTLS 3.7.9 leaks here as well. */
static bool
check_chain(const struct tls_identity *identity, const struct pem *pem, struct error *error)
{
	gnutls_datum_t certificates = datum(&pem->certificate);
	gnutls_x509_crt_t *chain = NULL;
	unsigned count = 0;
	int result =
		gnutls_x509_crt_list_import2(&chain, &count, &certificates, GNUTLS_X509_FMT_PEM, 0);

	for (unsigned i = 0; result >= 0 && i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return result >= 0 || error_set(error, ERROR_INVALID, "%s: %s", identity->certificate_path,
				      gnutls_strerror(result));
}

static bool
load_pair(const struct tls_identity *identity, struct tls_generation *generation,
	const struct pem *pem, struct error *error)
{
	gnutls_datum_t certificate = datum(&pem->certificate);
	gnutls_datum_t key = datum(&pem->key);
	int result = gnutls_certificate_set_x509_key_mem(
		generation->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);

	if (result < 0)
		return error_set(error, ERROR_INVALID, "%s and %s: %s", identity->certificate_path,
			identity->key_path, gnutls_strerror(result));
	return true;
}

static bool
load_client_ca(const struct tls_identity *identity, struct tls_generation *generation,
	const struct pem *pem, struct error *error)
{
	gnutls_datum_t authorities = datum(&pem->client_ca);
	int count;

	if (!identity->client_ca_path)
		return true;
	count = gnutls_certificate_set_x509_trust_mem(
		generation->credentials, &authorities, GNUTLS_X509_FMT_PEM);
	if (count <= 0)
		return error_set(error, ERROR_INVALID, "%s: %s", identity->client_ca_path,
			count < 0 ? gnutls_strerror(count) : "there is no certificate in it");
	return true;
}

static struct tls_generation *
generation_new(const struct tls_identity *identity, const struct pem *pem, struct error *error)
{
	struct tls_generation *generation = memory_alloc(sizeof *generation);

	generation->users = 1;
	if (gnutls_certificate_allocate_credentials(&generation->credentials) < 0)
		abort();
	if (check_pair(identity, pem, error) && check_chain(identity, pem, error) &&
		load_pair(identity, generation, pem, error) &&
		load_client_ca(identity, generation, pem, error))
		return generation;
	generation_free(generation);
	return NULL;
}

/* The day the leaf ends, as a metric; a pair that has ended already is served, since nothing better
 * is there, but said. */
static void
note_expiry(const struct pem *pem)
{
	gnutls_datum_t certificate = datum(&pem->certificate);
	gnutls_x509_crt_t leaf;
	time_t end;

	if (gnutls_x509_crt_init(&leaf) < 0)
		return;
	if (gnutls_x509_crt_import(leaf, &certificate, GNUTLS_X509_FMT_PEM) == 0) {
		end = gnutls_x509_crt_get_expiration_time(leaf);
		metric_set(&expiry, (double)end);
		if (end < time(NULL))
			log_error("the certificate has expired", LOG_NUMBER("end", end));
	}
	gnutls_x509_crt_deinit(leaf);
}

static void
release(struct tls_generation *generation)
{
	if (--generation->users == 0)
		generation_free(generation);
}

static void
take_over(struct tls_identity *identity, struct tls_generation *generation, struct pem *pem)
{
	struct pem old = identity->pem;

	pthread_mutex_lock(&identity->mutex);
	if (identity->newest)
		release(identity->newest);
	identity->newest = generation;
	identity->pem = *pem;
	pthread_mutex_unlock(&identity->mutex);
	*pem = old;
	metric_add(&reloads, 1);
	metric_set(&pair_refused, 0);
	note_expiry(&identity->pem);
}

static void
note_refusal(struct tls_identity *identity, struct pem *pem, const struct error *error)
{
	struct pem old = identity->refused;

	identity->refused = *pem;
	identity->refusal = *error;
	*pem = old;
	metric_add(&failures, 1);
	metric_set(&pair_refused, 1);
}

bool
tls_identity_reload(struct tls_identity *identity, struct error *error)
{
	CLEANUP(pem_dispose) struct pem pem;
	struct tls_generation *generation;
	struct error refusal;

	pem_init(&pem);
	if (!pem_read(identity, &pem, error)) {
		metric_add(&failures, 1);
		metric_set(&pair_refused, 1);
		return false;
	}
	if (identity->newest && pem_equal(&pem, &identity->pem)) {
		metric_set(&pair_refused, 0);
		return true;
	}
	if (identity->refusal.kind && pem_equal(&pem, &identity->refused))
		return error_set(error, identity->refusal.kind, "%s", identity->refusal.message);
	generation = generation_new(identity, &pem, &refusal);
	if (generation)
		take_over(identity, generation, &pem);
	else
		note_refusal(identity, &pem, &refusal);
	return generation || error_set(error, refusal.kind, "%s", refusal.message);
}

struct tls_identity *
tls_identity_open(
	const char *certificate, const char *key, const char *client_ca, struct error *error)
{
	struct tls_identity *identity = memory_alloc(sizeof *identity);

	identity->certificate_path = certificate;
	identity->key_path = key;
	identity->client_ca_path = client_ca;
	pthread_mutex_init(&identity->mutex, NULL);
	pem_init(&identity->pem);
	pem_init(&identity->refused);
	if (tls_identity_reload(identity, error))
		return identity;
	tls_identity_close(identity);
	return NULL;
}

void
tls_identity_set_client_names(struct tls_identity *identity, const char *names)
{
	identity->client_names = names;
}

void
tls_identity_close(struct tls_identity *identity)
{
	if (identity->newest)
		release(identity->newest);
	pem_dispose(&identity->pem);
	pem_dispose(&identity->refused);
	pthread_mutex_destroy(&identity->mutex);
	free(identity);
}

static int
refuse_client(const char *reason)
{
	metric_add(&refused_clients, 1, reason);
	return GNUTLS_E_CERTIFICATE_ERROR;
}

/* 0 when the client's chain leads to the client CA and is meant for clients, and its name is let
 * in.
 */
static int
verify_client(gnutls_session_t session)
{
	const struct tls_identity *identity = gnutls_session_get_ptr(session);
	const gnutls_datum_t *chain;
	unsigned count = 0;
	gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = NULL};
	unsigned char oid[] = GNUTLS_KP_TLS_WWW_CLIENT;
	unsigned status = 0;

	purpose.data = oid;
	if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) < 0 || status != 0)
		return refuse_client("untrusted");
	chain = gnutls_certificate_get_peers(session, &count);
	if (!chain || count == 0 || !client_names_allow(identity->client_names, &chain[0]))
		return refuse_client("name");
	return 0;
}

struct tls_generation *
tls_identity_acquire(struct tls_identity *identity, gnutls_session_t session)
{
	struct tls_generation *generation;

	pthread_mutex_lock(&identity->mutex);
	generation = identity->newest;
	generation->users++;
	pthread_mutex_unlock(&identity->mutex);
	if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, generation->credentials) < 0) {
		tls_identity_release(identity, generation);
		return NULL;
	}
	if (identity->client_ca_path) {
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
		gnutls_certificate_send_x509_rdn_sequence(session, 1);
		gnutls_session_set_ptr(session, identity); /* libmicrohttpd's only for PSK */
		gnutls_session_set_verify_function(session, verify_client);
	}
	return generation;
}

void
tls_identity_release(struct tls_identity *identity, struct tls_generation *generation)
{
	pthread_mutex_lock(&identity->mutex);
	release(generation);
	pthread_mutex_unlock(&identity->mutex);
}

const char *
tls_identity_certificate(const struct tls_identity *identity)
{
	return buffer_text(&identity->pem.certificate);
}

const char *
tls_identity_key(const struct tls_identity *identity)
{
	return buffer_text(&identity->pem.key);
}

const char *
tls_identity_copy_certificate(struct arena *arena, struct tls_identity *identity)
{
	const char *copy;

	pthread_mutex_lock(&identity->mutex);
	copy = arena_text(arena, buffer_text(&identity->pem.certificate));
	pthread_mutex_unlock(&identity->mutex);
	return copy;
}
