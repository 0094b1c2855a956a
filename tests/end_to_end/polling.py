"""Waiting for a condition instead of for a time."""

import time


def wait_until(condition, what, seconds=30.0, interval=0.05):
    """Call `condition` until it returns something true, return that, and fail naming `what` when time is up."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain: {what} (last answer: {answer!r})")
        time.sleep(interval)
