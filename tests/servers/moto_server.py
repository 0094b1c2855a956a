"""moto's AWS server as a child process: a third party's EC2 and STS.

It does not check signatures, and its account is that of the role whose keys are used, or ACCOUNT.
"""

import json
import select
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "moto"
ACCOUNT = "123456789012"

# What the command moto_server runs, but on a port that the kernel chooses and that is told at once.
_PROGRAM = """
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

application = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def environment_folder():
    """Return the folder of the Python environment with moto and boto3, made if need be."""
    done = subprocess.run([TOOL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


class MotoServer:
    """A running moto_server on a free port; a context manager. `log` is a path for what it writes."""

    def __init__(self, log):
        self.log = log
        self.url = None
        self._process = None

    def start(self, seconds=60):
        """Start it, and wait until it answers; returns the server."""
        command = [environment_folder() / "bin" / "python3", "-c", _PROGRAM]
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        end = time.monotonic() + seconds
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise self._ended_early("it gave no port")
        line = self._process.stdout.readline()
        if not line:
            raise self._ended_early("it ended")
        self.url = f"http://127.0.0.1:{json.loads(line)}"
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise self._ended_early("it does not answer")
            time.sleep(0.05)
        return self

    def _answers(self):
        try:
            self.state()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def _ended_early(self, why):
        self.stop()
        return AssertionError(f"moto_server: {why}\n{Path(self.log).read_text()[-4000:]}")

    def _ask(self, path, body=None):
        with urllib.request.urlopen(f"{self.url}/moto-api/{path}", body, timeout=30) as answer:
            return json.load(answer)

    def state(self):
        """Return everything that it knows, as moto writes it."""
        return self._ask("data.json")

    def reset(self):
        """Forget everything."""
        self._ask("reset", b"")

    def environment(self, region="us-east-1"):
        """Return the environment variables that lead an AWS client to it."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": region, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "example", "AWS_EC2_METADATA_DISABLED": "true"}

    def stop(self):
        """End it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        if self._process:
            self._process.wait()
            self._process.stdout.close()

    def __enter__(self):
        """Start."""
        return self.start()

    def __exit__(self, *_):
        """Stop."""
        self.stop()
