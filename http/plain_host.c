#include "http/plain_host.h"

#include <stddef.h>

#include "base/text.h"

bool
plain_host_is_allowed(const char *host, bool metadata)
{
	static const char *const loopback[] = {"localhost", "127.0.0.1", "[::1]", NULL};
	static const char *const services[] = {"169.254.169.254", "169.254.170.2", "169.254.170.23",
		"[fd00:ec2::23]", "metadata.google.internal", NULL};

	for (size_t i = 0; loopback[i]; i++)
		if (text_equal(host, loopback[i]))
			return true;
	for (size_t i = 0; metadata && services[i]; i++)
		if (text_equal(host, services[i]))
			return true;
	return false;
}
