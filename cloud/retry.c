#include "cloud/retry.h"

#include "base/clock.h"

enum { COST = 14, COST_OF_THROTTLE = 5, GIFT_OF_SUCCESS = 1 };

#define LONGEST         (20 * CLOCK_SECOND)
#define SCALE           (50 * CLOCK_MILLISECOND)
#define SCALE_THROTTLED CLOCK_SECOND
#define MOST_BEYOND     (5 * CLOCK_SECOND) /* of what the header may add */

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
delay(unsigned attempt, const struct retry_fault *fault, double random)
{
	int64_t scale = fault->throttled ? SCALE_THROTTLED : SCALE;
	int64_t jittered = (int64_t)(random * (double)smaller(scale << (attempt - 1), LONGEST));
	int64_t told = smaller(fault->retry_after, jittered + MOST_BEYOND);

	return told > jittered ? told : jittered;
}

enum retry_step
retry_next(struct retry *retry, struct retry_budget *budget, const struct retry_fault *fault,
	double random, int64_t *wait)
{
	unsigned cost = fault->throttled ? COST_OF_THROTTLE : COST;

	*wait = 0;
	if (fault->failure == CLOUD_CREDENTIALS && !retry->refreshed) {
		retry->refreshed = true;
		return RETRY_REFRESH;
	}
	if (fault->failure != CLOUD_RETRY_NOW && fault->failure != CLOUD_BACK_OFF)
		return RETRY_GIVE_UP;
	if (++retry->attempts >= RETRY_ATTEMPTS || budget->spent + cost > RETRY_BUDGET)
		return RETRY_GIVE_UP;
	budget->spent += cost;
	retry->cost = cost;
	*wait = delay(retry->attempts, fault, random);
	return RETRY_WAIT;
}

void
retry_succeed(const struct retry *retry, struct retry_budget *budget)
{
	unsigned back = retry->cost > 0 ? retry->cost : GIFT_OF_SUCCESS;

	budget->spent -= back < budget->spent ? back : budget->spent;
}
