"""A network of pods on this machine: a bridge, and namespaces of its own for each pod, as a node gives them.

Everything stands in a network namespace that only the tests and what they start live in: nothing of the machine's own
network changes, and all of it goes with the processes.
"""

import ctypes
import itertools
import os
import subprocess
from pathlib import Path

from processes import Server, run

NODE = "10.244.0.1"
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
SYSTEM_FOLDERS = ("usr", "bin", "sbin", "lib", "lib64", "dev", "proc", "etc/ssl")

# What a container runtime does for a container: a root of its own that nobody can write, in which only what is mounted
# is there. $1 is the folder of the root, and then come pairs of source and target.
BUILD_ROOT = """
root=$1; shift
mount -t tmpfs -o mode=755 root "$root"
bind() { # SOURCE TARGET
    if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root$(dirname "$2")"; : >"$root$2"; fi
    mount --rbind "$1" "$root$2"
}
while [ $# -gt 0 ]; do bind "$1" "$2"; shift 2; done
mount -o remount,ro "$root"
"""


def _unshare(flags):
    """Leave namespaces of this process for new ones; say whether that was possible."""
    return ctypes.CDLL(None, use_errno=True).unshare(flags) == 0


def enter():
    """Move this process, before it has threads, into a network of its own with a bridge for pods."""
    user, group = os.getuid(), os.getgid()
    if not _unshare(NEW_NETWORK):
        assert _unshare(NEW_USER | NEW_NETWORK), "neither root nor user namespaces: pods cannot have a network"
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "pods", "type", "bridge")
    run("ip", "address", "add", f"{NODE}/16", "dev", "pods")
    run("ip", "link", "set", "pods", "up")


def can_change_user():
    """Say whether processes may run as users of their own."""
    return int(Path("/proc/self/uid_map").read_text().split()[2]) > 65536


class Sandbox:
    """The namespaces of one pod, with an address of its own."""

    numbers = itertools.count(2)

    def __init__(self, folder):
        number = next(self.numbers)
        self.address = f"10.244.{number // 250}.{number % 250 + 2}"
        self.link = f"pod{number}"
        self.root = folder / "root"
        self.root.mkdir()
        self.pause = Server(["unshare", "--net", "--mount", "sh", "-c", "echo there; exec sleep infinity"],
                            folder / "pause.log")

    def start(self):
        """Make the namespaces and connect them."""
        self.pause.start()
        while "there" not in self.pause.tail():
            self.pause.assert_running()
        process = self.pause.process.pid
        run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", process)
        run("ip", "link", "set", self.link, "master", "pods", "up")
        self._inside("--net", "sh", "-c", f"ip link set lo up && ip address add {self.address}/16 dev eth0 && "
                     "ip link set eth0 up && ip route add default via " + NODE)

    def _inside(self, *command):
        """Run a command in some of the namespaces."""
        return run("nsenter", f"--target={self.pause.process.pid}", *command)

    def build_root(self, mounts):
        """Make the container's root out of the system's programs and pairs of source and target."""
        words = []
        for folder in SYSTEM_FOLDERS:
            source = Path("/") / folder
            words += [source, source] if source.exists() else []
        for source, target in mounts:
            words += [source, target]
        self._inside("--mount", "sh", "-euc", BUILD_ROOT, "build", self.root, *words)

    def command(self, words, user=None, group=None):
        """Return the command that runs a program inside, with no rights of root."""
        drop = ["--no-new-privs", "--pdeathsig=KILL"]
        if can_change_user() and user:
            drop += [f"--reuid={user}", f"--regid={group or user}", "--clear-groups",
                     "--bounding-set=-all", "--inh-caps=-all"]
        return ["nsenter", f"--target={self.pause.process.pid}", "--net", "--mount",
                "chroot", self.root, "setpriv", *drop, "--", *words]

    def stop(self):
        """End the namespaces with all that is in them."""
        self.pause.kill()
        subprocess.run(["ip", "link", "delete", self.link], capture_output=True, check=False)
