"""Throttling as Resource Manager does it: a bucket of tokens per subscription, principal and kind of call."""

import math

from .answers import Refusal

_KINDS = {"GET": "reads", "PUT": "writes", "PATCH": "writes", "DELETE": "deletes"}


def take(state, entry):
    """Take a token for a call, and return the header that says how many are left; refuses when there is none."""
    kind, settings, now = _KINDS[entry.method], state.settings, state.clock.now()
    most, rate = getattr(settings, kind), getattr(settings, f"{kind}_per_second")
    left, since = state.buckets.get((entry.subscription, entry.principal, kind), (most, now))
    left = min(most, left + (now - since) * rate)
    if left < 1:
        seconds = max(1, math.ceil((1 - left) / rate)) if rate else 3600
        state.buckets[entry.subscription, entry.principal, kind] = (left, now)
        raise Refusal("SubscriptionRequestsThrottled", f"Number of {kind} for subscription '{entry.subscription}' "
                      f"exceeded the limit. Please try again after '{seconds}' seconds.", 429,
                      {"Retry-After": str(seconds), "x-ms-failure-cause": "gateway"})
    state.buckets[entry.subscription, entry.principal, kind] = (left - 1, now)
    return {f"x-ms-ratelimit-remaining-subscription-{kind}": str(int(left - 1))}
