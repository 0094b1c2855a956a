"""The time of a played cloud."""

import time


class Clock:
    """The time of everything but credentials: it runs, can be moved forward, and can stand still."""

    def __init__(self):
        self._offset = 0.0
        self._frozen = None

    @property
    def stands_still(self):
        """Say whether only `forward` moves it."""
        return self._frozen is not None

    def now(self):
        """Return seconds since 1970."""
        return (time.time() if self._frozen is None else self._frozen) + self._offset

    def forward(self, seconds):
        """Move it forward."""
        self._offset += seconds

    def stop(self):
        """Let it stand still; `forward` still moves it."""
        if self._frozen is None:
            self._frozen = time.time()

    def run(self):
        """Let it run again from where it stands."""
        if self._frozen is not None:
            self._offset += self._frozen - time.time()
            self._frozen = None
