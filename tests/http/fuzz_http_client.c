/* Any bytes as the answer of a server, over a real connection: the call ends with an answer within
 * its limits, or with an error in words.
 *
 * Input: the first byte says whether the answer is read by lines; the rest is what the server
 * sends before it closes. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "http/http_client.h"
#include "tests/support/fuzz.h"

enum { LIMIT = 4096, REQUEST_SIZE = 4096, PATIENCE = 5 };

static struct {
	int listener;
	char url[64];
	pthread_mutex_t mutex;
	char *answer; /* of the call that is under way */
	size_t length;
} server = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void
serve_one(int socket)
{
	char request[REQUEST_SIZE];
	size_t length = 0;

	while (!memmem(request, length, "\r\n\r\n", 4)) {
		ssize_t got = recv(socket, request + length, sizeof request - length, 0);

		if (got <= 0)
			return;
		length += (size_t)got;
	}
	pthread_mutex_lock(&server.mutex);
	send(socket, server.answer, server.length, MSG_NOSIGNAL);
	pthread_mutex_unlock(&server.mutex);
	shutdown(socket, SHUT_WR);
	/* With unread bytes, closing would send a reset. */
	while (recv(socket, request, sizeof request, 0) > 0) {
	}
}

static void *
serve(void *unused)
{
	(void)unused;
	for (;;) {
		int socket = accept(server.listener, NULL, NULL);

		if (socket < 0)
			continue;
		serve_one(socket);
		close(socket);
	}
	return NULL;
}

static void
start_server(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	pthread_t thread;

	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FUZZ_CHECK(bind(server.listener, (struct sockaddr *)&address, size) == 0);
	FUZZ_CHECK(listen(server.listener, 64) == 0);
	FUZZ_CHECK(getsockname(server.listener, (struct sockaddr *)&address, &size) == 0);
	snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	FUZZ_CHECK(pthread_create(&thread, NULL, serve, NULL) == 0);
	pthread_detach(thread);
}

struct reading {
	int opened;
};

static void
note_opened(void *context)
{
	struct reading *reading = context;

	FUZZ_CHECK(reading->opened++ == 0);
}

static bool
take_line(void *context, const char *text, size_t length, struct error *error)
{
	const struct reading *reading = context;

	(void)error;
	FUZZ_CHECK(reading->opened == 1);
	FUZZ_CHECK(length > 0 && length <= LIMIT && text[length] == '\0');
	return true;
}

static void
call(struct http_client *client, bool by_lines)
{
	CLEANUP(http_response_dispose) struct http_response response;
	struct reading reading = {0};
	struct http_request request = {.target = "/",
		.timeout = PATIENCE * CLOCK_SECOND,
		.stall = PATIENCE * CLOCK_SECOND,
		.limit = LIMIT,
		.opened = note_opened};
	struct error error = FUZZ_ERROR;

	if (by_lines)
		request.line = (struct line_reader){take_line, &reading};
	if (http_client_call(client, &request, &response, &error))
		FUZZ_CHECK(response.status > 0);
	else
		fuzz_check_error(&error);
	FUZZ_CHECK(
		response.body.length <= LIMIT && response.retry_after >= 0 && response.date >= 0);
	FUZZ_CHECK(!by_lines || response.status == 200 || reading.opened == 0);
}

static void
set_answer(const uint8_t *data, size_t size)
{
	pthread_mutex_lock(&server.mutex);
	free(server.answer);
	server.answer = fuzz_text(data, size);
	server.length = size;
	pthread_mutex_unlock(&server.mutex);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_server where = {.url = server.url};
	struct http_client *client;

	if (size == 0)
		return 0;
	if (!server.listener)
		start_server();
	set_answer(data + 1, size - 1);
	client = http_client_new(&where, NULL);
	FUZZ_CHECK(client);
	call(client, data[0] & 1);
	http_client_free(client);
	return 0;
}
