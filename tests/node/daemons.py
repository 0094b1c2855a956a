"""The node's processes, told from all others by a mark in their environment, which containerd's children inherit."""

import os
import signal
import subprocess
from pathlib import Path

from places import FOLDER, LOGS
from polling import wait_until

MARK = "PEERWARDEN_NODE"


def start(name, command):
    """Start a process that goes on when this one ends; its output is in a log of its own."""
    environment = {word: value for word, value in os.environ.items() if word != "NOTIFY_SOCKET"}
    with open(LOGS / f"{name}.log", "wb") as output:
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                start_new_session=True, cwd=FOLDER, env={**environment, MARK: str(FOLDER)})


def environment_of(process):
    """Return the environment that a process started with; empty for one that is gone or not ours to see."""
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def is_zombie(process):
    """Say whether a process has ended and only waits for its parent to notice."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def marked():
    """Return the ids and command lines of all living processes of the node; pods' own processes have no mark."""
    mark = f"{MARK}={FOLDER}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        if mark in environment_of(process) and not is_zombie(process):
            try:
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return found


def of(program):
    """Return the ids of the node's processes whose command names a program."""
    return [process for process, command in marked().items() if program in command]


def send(number, processes):
    """Send a signal to processes, some of which may be gone."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue


def end(programs, number=signal.SIGTERM, seconds=10):
    """Ask programs to end, and kill those that do not within the time."""
    def running():
        return [process for program in programs for process in of(program)]

    send(number, running())
    try:
        wait_until(lambda: not running(), f"{', '.join(programs)} end", seconds, interval=0.1)
    except AssertionError:
        send(signal.SIGKILL, running())
        wait_until(lambda: not running(), f"{', '.join(programs)} are gone", seconds, interval=0.1)


def tail(name, size=3000):
    """Return the end of a program's log."""
    return (LOGS / f"{name}.log").read_bytes()[-size:].decode(errors="replace")
