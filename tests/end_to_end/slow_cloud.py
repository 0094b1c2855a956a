"""A cloud that takes its time for each change."""

import threading

PATIENCE = 0.05


class SlowCloud:
    """Holds each changing call of EC2 for some seconds before it is worked, one after the other; a context manager."""

    def __init__(self, cloud, seconds):
        self.cloud = cloud
        self.seconds = seconds
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.hook = self._hold()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        self.cloud.release(self.hook)

    def _hold(self):
        """Hold the next call."""
        return self.cloud.hold(1, "before", service="ec2", mutating=True)

    def _run(self):
        """Let go of each held call when the next one is sure to be held."""
        while not self.ending.is_set():
            if self.cloud.wait_held(self.hook, PATIENCE):
                held, self.hook = self.hook, self._hold()
                self.ending.wait(self.seconds)
                self.cloud.release(held)
