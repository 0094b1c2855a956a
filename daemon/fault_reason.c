#include "daemon/fault_reason.h"

#include <string.h>

const char *
fault_reason(const struct cloud_fault *fault)
{
	static const struct {
		const char *part, *reason;
	} rows[] = {
		{"Unauthorized", "Unauthorized"},
		{"AccessDenied", "Unauthorized"},
		{"Forbidden", "Unauthorized"},
		{"AuthorizationFailed", "Unauthorized"},
		{"forbidden", "Unauthorized"},
		{"PERMISSION_DENIED", "Unauthorized"},
		{"Throttl", "Throttled"},
		{"RequestLimitExceeded", "Throttled"},
		{"SlowDown", "Throttled"},
		{"TooManyRequests", "Throttled"},
		{"ateLimitExceeded", "Throttled"},
		{"RATE_LIMIT_EXCEEDED", "Throttled"},
		{"RESOURCE_EXHAUSTED", "Throttled"},
		{"LimitExceeded", "QuotaExceeded"},
		{"LimitReached", "QuotaExceeded"},
		{"quotaExceeded", "QuotaExceeded"},
		{"QUOTA_EXCEEDED", "QuotaExceeded"},
		{"AuthFailure", "Unauthenticated"},
		{"InvalidClientTokenId", "Unauthenticated"},
		{"UnrecognizedClient", "Unauthenticated"},
		{"ExpiredToken", "Unauthenticated"},
		{"SignatureDoesNotMatch", "Unauthenticated"},
		{"authError", "Unauthenticated"},
		{"UNAUTHENTICATED", "Unauthenticated"},
		{"AuthenticationToken", "Unauthenticated"},
		{"AuthenticationFailed", "Unauthenticated"},
	};

	if (!fault->code)
		return "CloudProviderError";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strstr(fault->code, rows[i].part))
			return rows[i].reason;
	return fault->failure == CLOUD_CREDENTIALS ? "Unauthenticated" : "CloudProviderError";
}
