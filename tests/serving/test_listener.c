/* Sockets that cannot be made, too: linked with --wrap (tests/CMakeLists.txt). */
#include "serving/listener.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* What fails, and with which errno. */
static struct {
	int socket, bind, listen; /* errno, or 0 */
	bool only_v6;             /* only for sockets of IPv6 */
	int open;                 /* sockets that nobody has closed */
} faults;

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog);
int __real_close(int fd);
int __wrap_close(int fd);

static int
fail_with(int reason)
{
	errno = reason;
	return -1;
}

int
__wrap_socket(int domain, int type, int protocol)
{
	int fd;

	if (faults.socket && (domain == AF_INET6 || !faults.only_v6))
		return fail_with(faults.socket);
	fd = __real_socket(domain, type, protocol);
	faults.open += fd >= 0;
	return fd;
}

/* An option that the kernel does not know is no reason not to listen. */
int
__wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	__real_setsockopt(fd, level, name, value, size);
	return fail_with(ENOPROTOOPT);
}

int
__wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return faults.bind ? fail_with(faults.bind) : __real_bind(fd, address, size);
}

int
__wrap_listen(int fd, int backlog)
{
	return faults.listen ? fail_with(faults.listen) : __real_listen(fd, backlog);
}

/* Whoever needs errno afterwards has to keep it. */
int
__wrap_close(int fd)
{
	int result = __real_close(fd);

	faults.open--;
	errno = ENOENT;
	return result;
}

static int
calm(void **state)
{
	(void)state;
	memset(&faults, 0, sizeof faults);
	return 0;
}

static void
text_that_is_no_address_is_invalid(void **state)
{
	static const char *const wrong[] = {"", ":", "8443", "localhost:8443", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "::1:8443", "[::1:8443", "[::1]8443", "[]:x",
		"1.2.3.4.5:80", "127.0.0.1:80 ", "[127.0.0.1:80",
		"[1234:1234:1234:1234:1234:1234:1234:1234:1234:1234]:80"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error error = {0};

		if (listener_open(wrong[i], &error) >= 0)
			fail_msg("accepted: %s", wrong[i]);
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	assert_int_equal(faults.open, 0);
}

static void
addresses_of_both_families_are_listened_on(void **state)
{
	static const char *const right[] = {"127.0.0.1:0", ":0"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		struct error error = {0};
		int fd = listener_open(right[i], &error);

		if (fd < 0)
			fail_msg("%s", error.message);
		assert_int_not_equal(listener_port(fd), 0);
		close(fd);
	}
}

static void
assert_refused(const char *address, enum error_kind kind, int reason)
{
	struct error error = {0};

	assert_int_equal(listener_open(address, &error), -1);
	assert_int_equal(error.kind, kind);
	if (!strstr(error.message, strerror(reason)))
		fail_msg("%s is not in: %s", strerror(reason), error.message);
	assert_int_equal(faults.open, 0);
}

static void
a_socket_that_cannot_be_made_or_bound_is_closed_and_said_why(void **state)
{
	(void)state;
	faults.socket = EMFILE;
	assert_refused("127.0.0.1:0", ERROR_INVALID, EMFILE);
	faults.socket = 0;
	faults.bind = EADDRINUSE;
	assert_refused("127.0.0.1:0", ERROR_CONFLICT, EADDRINUSE);
	faults.bind = EACCES;
	assert_refused(":0", ERROR_INVALID, EACCES);
	faults.bind = 0;
	faults.listen = EADDRINUSE;
	assert_refused("127.0.0.1:0", ERROR_CONFLICT, EADDRINUSE);
}

static void
a_host_without_ipv6_listens_on_all_of_ipv4(void **state)
{
	int fd;

	(void)state;
	faults.socket = EAFNOSUPPORT;
	faults.only_v6 = true;
	fd = listener_open(":0", NULL);
	assert_true(fd >= 0);
	assert_int_not_equal(listener_port(fd), 0);
	close(fd);
	assert_refused("[::1]:0", ERROR_INVALID, EAFNOSUPPORT);
	faults.bind = EADDRINUSE;
	assert_refused(":0", ERROR_CONFLICT, EADDRINUSE);
}

static void
what_is_no_socket_has_no_port(void **state)
{
	(void)state;
	assert_int_equal(listener_port(-1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(text_that_is_no_address_is_invalid, calm),
		cmocka_unit_test_setup(addresses_of_both_families_are_listened_on, calm),
		cmocka_unit_test_setup(
			a_socket_that_cannot_be_made_or_bound_is_closed_and_said_why, calm),
		cmocka_unit_test_setup(a_host_without_ipv6_listens_on_all_of_ipv4, calm),
		cmocka_unit_test(what_is_no_socket_has_no_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
