"""A cloud's own clients in a process of their own: calls and answers are lines of JSON.

The process runs in the environment that tools/sdks makes. A call is {"do": NAME, ...}; an answer is {"result": ...} or
{"error": {"type", "code", "message", ...}}.
"""

import json
import subprocess
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "sdks"


class SdkError(Exception):
    """What the client raised: `type`, `code`, `message`, and what else the process says of it."""

    def __init__(self, error):
        super().__init__(" ".join(f"{name}={value}" for name, value in error.items()))
        vars(self).update(error)


class SdkProcess:
    """The process of one program, for the clients that tools/sdks knows by a name. Once started, a context manager."""

    def __init__(self, name, program):
        done = subprocess.run([TOOL, name], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        # Without -I a folder of ours, beside the program, would stand before a library of the same name.
        self._command = [Path(done.stdout.strip()) / "bin" / "python3", "-I", program]
        self._process = None

    def start(self, environment):
        """Start it with these variables alone; returns it."""
        self._process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self._command], env=environment,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def ask(self, do, **named):
        """Let it do something, and return the result or raise SdkError."""
        self._process.stdin.write(json.dumps({"do": do, **named}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process with the cloud's own clients has ended"
        answer = json.loads(line)
        if "error" in answer:
            raise SdkError(answer["error"])
        return answer["result"]

    def stop(self):
        """End it."""
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def __enter__(self):
        """Return it."""
        return self

    def __exit__(self, *_):
        """End it."""
        self.stop()
