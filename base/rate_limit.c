#include "base/rate_limit.h"

void
rate_limit_init(struct rate_limit *limit, int64_t interval, int64_t burst)
{
	*limit = (struct rate_limit){interval, burst, INT64_MIN};
}

int64_t
rate_limit_reserve(struct rate_limit *limit, int64_t now)
{
	int64_t full = now - limit->burst * limit->interval;
	int64_t before = limit->reserved > full ? limit->reserved : full;

	limit->reserved = before + limit->interval;
	return limit->reserved > now ? limit->reserved - now : 0;
}
