"""Servers as child processes: a log file each, and no server outlives the tests."""

import os
import random
import signal
import socket
import subprocess


def free_port():
    """Return a TCP port of the loopback address that nobody uses.

    It is none of those that the kernel gives to connections, so that it is still free when a server starts later.
    """
    while True:
        port = random.SystemRandom().randrange(10000, 32000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def run(*command, **options):
    """Run a command to its end, fail with its output when it fails, and return its standard output."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command[0]} failed: {done.stdout}{done.stderr}"
    return done.stdout


class Server:
    """One running server process; its output is appended to a log file."""

    def __init__(self, command, log, **environment):
        self.command = [str(word) for word in command]
        self.log = log
        self.environment = {**os.environ, **environment}
        self.process = None

    def start(self):
        """Start the process so that the kernel ends it should the tests be killed."""
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=self.environment)

    @property
    def running(self):
        """Say whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def assert_running(self):
        """Fail with the end of the log when the process is gone."""
        assert self.running, f"{os.path.basename(self.command[0])} ended early:\n{self.tail()}"

    def terminate(self, seconds=30):
        """Ask the process to end, wait for it, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        """End the process at once."""
        if self.running:
            self.process.kill()
            self.process.wait()

    def tail(self, size=4000):
        """Return the end of the log."""
        with open(self.log, "rb") as output:
            output.seek(0, os.SEEK_END)
            output.seek(max(0, output.tell() - size))
            return output.read().decode(errors="replace")
