/* peerwarden-webhook: starts everything in order, waits for signals, ends everything in order. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "serving/server.h"
#include "serving/tls_identity.h"
#include "webhook/handlers.h"
#include "webhook/settings.h"
#include "webhook/source.h"

enum { MOST_THREADS = 8, METRICS_CONNECTIONS = 64 };
enum { LARGE_BLOCK = 256 * 1024, SPARE_MEMORY = 1024 * 1024 };

struct program {
	struct settings settings;
	struct handlers handlers;
	struct status status;
	struct tls_identity *identity;
	struct server *server;
	struct server *metrics; /* NULL when not wanted */
};

static sigset_t
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

/* The next signal, or 0 after `time` nanoseconds. */
static int
next_signal(int64_t time)
{
	struct timespec timeout = {time / CLOCK_SECOND, time % CLOCK_SECOND};
	sigset_t set = signals();
	int number = sigtimedwait(&set, NULL, &timeout);

	return number > 0 ? number : 0;
}

static unsigned
thread_count(int64_t wanted)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted > 0)
		return (unsigned)wanted;
	return processors < 1 ? 1 : processors > MOST_THREADS ? MOST_THREADS : (unsigned)processors;
}

static bool
open_source(struct program *program, struct error *error)
{
	const struct settings *settings = &program->settings;
	struct source_settings wanted = {
		.folder = settings->inventory,
		.cluster = {.kubeconfig = settings->kubeconfig,
			.namespace = settings->pod_namespace,
			.replica = settings->pod_name,
			.reservation_time = settings->reservation_time,
			.lookup_wait = settings->lookup_wait,
			.lookup_author_limit = settings->lookup_author_limit,
			.lookup_limit = settings->lookup_limit},
		.selection = &settings->selection,
		.policy = settings->policy,
		.stale_after = settings->stale_after,
	};

	program->handlers.source = source_open(&wanted, error);
	return program->handlers.source != NULL;
}

static bool
open_servers(struct program *program, struct error *error)
{
	const struct settings *settings = &program->settings;
	struct server_settings wanted = {
		.listen = settings->listen,
		.identity = program->identity,
		.endpoints = handlers_admission,
		.context = &program->handlers,
		.threads = thread_count(settings->threads),
		.max_connections = (unsigned)settings->max_connections,
		.max_waiting = (unsigned)settings->max_waiting,
		.header_timeout = settings->header_timeout,
		.body_timeout = settings->body_timeout,
	};

	program->server = server_open(&wanted, error);
	if (!program->server)
		return false;
	if (settings->metrics_listen[0] == '\0')
		return true;
	wanted.listen = settings->metrics_listen;
	wanted.identity = NULL;
	wanted.endpoints = handlers_metrics;
	wanted.threads = 1;
	wanted.max_connections = METRICS_CONNECTIONS;
	program->metrics = server_open(&wanted, error);
	return program->metrics != NULL;
}

/* A folder has nobody who asks, so nothing that could be registered wrongly. */
static bool
open_status(struct program *program, struct error *error)
{
	const struct settings *settings = &program->settings;
	struct registration_watch_settings wanted = {
		.kubeconfig = settings->kubeconfig,
		.validating = settings->validating_configuration,
		.mutating = settings->mutating_configuration,
		.namespace = settings->pod_namespace,
		.selection = &settings->selection,
		.every = settings->registration_check,
		.identity = program->identity,
	};

	program->status.settings = settings;
	program->status.source = program->handlers.source;
	program->status.identity = program->identity;
	program->handlers.status = &program->status;
	if (settings->inventory)
		return true;
	program->status.registration = registration_watch_start(&wanted, error);
	return program->status.registration != NULL;
}

static bool
open_all(struct program *program, struct error *error)
{
	const struct settings *settings = &program->settings;

	program->identity = tls_identity_open(
		settings->tls_cert, settings->tls_key, settings->client_ca, error);
	if (program->identity)
		tls_identity_set_client_names(program->identity, settings->client_names);
	return program->identity && open_source(program, error) && open_status(program, error) &&
	       open_servers(program, error);
}

static void
close_all(struct program *program)
{
	if (program->server)
		server_close(program->server);
	if (program->metrics)
		server_close(program->metrics);
	if (program->status.registration)
		registration_watch_stop(program->status.registration);
	if (program->handlers.source)
		source_close(program->handlers.source);
	if (program->identity)
		tls_identity_close(program->identity);
}

/* What is done each second. A failure is said once until it ends. */
static void
tick(struct program *program, bool *failing)
{
	struct error error;
	bool good = tls_identity_reload(program->identity, &error);

	if (!good && !*failing)
		log_error("the new certificate cannot be used, the old one stays",
			LOG_TEXT("reason", error.message));
	*failing = !good;
	source_tick(program->handlers.source, clock_monotonic());
}

static void
reload(struct program *program)
{
	struct error error;

	if (source_reload(program->handlers.source, &error))
		log_info("policy and inventory were read again");
	else
		log_error("the reload failed, what was known before stays",
			LOG_TEXT("reason", error.message));
}

/* Goes on for `time` nanoseconds, or for ever when negative; true when it is told to end. */
static bool
serve(struct program *program, int64_t time)
{
	int64_t end = clock_monotonic() + time;
	bool failing = false;

	while (time < 0 || clock_monotonic() < end) {
		int number = next_signal(CLOCK_SECOND);

		if (number == SIGHUP)
			reload(program);
		else if (number)
			return true;
		tick(program, &failing);
	}
	return false;
}

/* A second signal cuts the delay short. */
static void
leave(struct program *program)
{
	log_info("going away");
	program->handlers.phase = HANDLERS_LEAVING;
	serve(program, program->settings.shutdown_delay);
	program->handlers.phase = HANDLERS_DRAINING;
	if (!server_drain(program->server, program->settings.drain_time))
		log_warn("some connections did not end in time");
	if (source_cluster(program->handlers.source))
		cluster_release(source_cluster(program->handlers.source));
}

static int
run(struct program *program)
{
	struct error error;
	enum log_level level = LOG_INFO;

	log_level_parse(program->settings.log_level, &level);
	log_set_level(level);
	log_start();
	if (!open_all(program, &error)) {
		log_error("cannot start", LOG_TEXT("reason", error.message));
		close_all(program);
		log_stop();
		return error_exit_status(error.kind);
	}
	log_info("serving", LOG_TEXT("version", PEERWARDEN_VERSION),
		LOG_NUMBER("port", server_port(program->server)),
		LOG_NUMBER("metricsPort", program->metrics ? server_port(program->metrics) : 0));
	serve(program, -1);
	leave(program);
	close_all(program);
	log_info("ended");
	log_stop();
	return 0;
}

static int
print_help(void)
{
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, SIZE_MAX);
	options_help(settings_table(), &text);
	fputs(buffer_text(&text), stdout);
	return 0;
}

int
main(int argc, char **argv)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	struct program program = {0};
	sigset_t set = signals();
	struct error error;

	if (!settings_load(arena, argc, argv, &program.settings, &error)) {
		fprintf(stderr, "peerwarden-webhook: %s\nTry --help.\n", error.message);
		return error_exit_status(error.kind);
	}
	if (program.settings.help)
		return print_help();
	if (program.settings.version)
		return puts("peerwarden-webhook " PEERWARDEN_VERSION) < 0;
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK); /* large blocks go back to the system when freed */
	mallopt(M_TRIM_THRESHOLD, SPARE_MEMORY);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL); /* in all threads; serve() takes them */
	return run(&program);
}
