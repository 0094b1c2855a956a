"""What the stage measured: one file for programs and one for people, written again after each figure."""

import json
import threading

from places import REPOSITORY

NUMBERS = REPOSITORY / "build" / "node-figures.json"
PAGE = REPOSITORY / "build" / "node-figures.txt"


class Figures:
    """Named values of one run, in the order in which they came."""

    def __init__(self):
        self._values = {}
        self._lock = threading.Lock()
        self._write()

    def say(self, topic, what, value, unit=""):
        """Note one value."""
        with self._lock:
            self._values.setdefault(topic, []).append({"what": what, "value": value, "unit": unit})
            self._write()

    def _write(self):
        """Write both files."""
        NUMBERS.parent.mkdir(exist_ok=True)
        NUMBERS.write_text(json.dumps(self._values, indent=1) + "\n")
        PAGE.write_text("".join(f"{topic}\n{lines_of(values)}" for topic, values in self._values.items()))


def lines_of(values):
    """Return the values of one topic as text."""
    return "".join(f"  {each['what']}: {each['value']}{' ' * bool(each['unit'])}{each['unit']}\n" for each in values)
