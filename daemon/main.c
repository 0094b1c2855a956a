/* peerwarden-daemon: starts everything, waits for a signal, ends everything. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"

#define LOOK_OFTEN (20 * CLOCK_MILLISECOND) /* while the mirror is not synced */
enum { LARGE_BLOCK = 256 * 1024, SPARE_MEMORY = 1024 * 1024 };

static sigset_t
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

/* True when it is told to end, false after `time` nanoseconds. */
static bool
is_told_to_end(int64_t time)
{
	struct timespec timeout = {time / CLOCK_SECOND, time % CLOCK_SECOND};
	sigset_t set = signals();

	return sigtimedwait(&set, NULL, &timeout) > 0;
}

static void
serve(struct daemon *daemon)
{
	bool began = false;

	while (!is_told_to_end(began ? CLOCK_SECOND : LOOK_OFTEN)) {
		if (began)
			continue;
		began = daemon_begin(daemon);
		if (began)
			log_info("the cluster's objects are all known");
	}
}

static int
run(const struct settings *settings)
{
	struct error error;
	enum log_level level = LOG_INFO;
	struct daemon *daemon;

	log_level_parse(settings->log_level, &level);
	log_set_level(level);
	log_start();
	daemon = daemon_open(settings, &error);
	if (!daemon) {
		log_error("cannot start", LOG_TEXT("reason", error.message));
		log_stop();
		return error_exit_status(error.kind);
	}
	log_info("started", LOG_TEXT("version", PEERWARDEN_VERSION),
		LOG_NUMBER("port", daemon_port(daemon)), LOG_TEXT("mode", settings->mode),
		LOG_TEXT("clouds", settings->clouds));
	serve(daemon);
	log_info("going away");
	daemon_close(daemon);
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
	struct settings settings;
	sigset_t set = signals();
	struct error error;

	if (!settings_load(arena, argc, argv, &settings, &error)) {
		fprintf(stderr, "peerwarden-daemon: %s\nTry --help.\n", error.message);
		return error_exit_status(error.kind);
	}
	if (settings.help)
		return print_help();
	if (settings.version)
		return puts("peerwarden-daemon " PEERWARDEN_VERSION) < 0;
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK); /* large blocks go back to the system when freed */
	mallopt(M_TRIM_THRESHOLD, SPARE_MEMORY);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL); /* in all threads; serve() takes them */
	return run(&settings);
}
