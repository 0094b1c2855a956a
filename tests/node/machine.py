"""The machine that the node runs on: what it must have, what the node changes on it, and putting that back."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from places import (FOLDER, HOST_ADDRESS, HOST_LINK, INSIDE, NETWORK_NAMESPACE, NODE_ADDRESS, NODE_LINK, POD_NETWORK,
                    SERVICE_NETWORK, SOCKET)
from processes import run

PROGRAMS = {"containerd": "containerd", "ctr": "containerd", "runc": "runc", "nft": "nftables", "ip": "iproute2",
            "nsenter": "util-linux", "openssl": "openssl", "gcc": "gcc"}
LONGEST_SOCKET = 107
# What the kubelet sets, whether asked or not.
SYSTEM_SETTINGS = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops",
                   "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes"]
POD_LINKS = Path("/var/lib/cni/results")  # where containerd notes what the network plugins did
# Places that kubelet, containerd and the network plugins have compiled in.
FIXED_PLACES = [Path(name) for name in (
    "/var/lib/kubelet/device-plugins", "/var/lib/kubelet", "/var/log/containers", "/var/lib/cni", "/run/netns",
    "/run/containerd/s", "/run/containerd", "/usr/libexec/kubernetes/kubelet-plugins")]


def quietly(*command):
    """Run a command whose failure means that there is nothing to do; return what it printed."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False).stdout


def cgroup_hierarchies():
    """Return the folders in which the kubelet makes its groups."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return sorted(Path(mount[1]) for mount in mounts if mount[2] in ("cgroup", "cgroup2"))


def can_make_folder(path):
    """Say whether a folder can be made, by making one and removing it."""
    try:
        path.mkdir()
        path.rmdir()
        return True
    except OSError:
        return False


def can_make_network_namespace():
    """Say whether a network namespace can be made."""
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


def reasons_against():
    """Return why no node can run here, in words; empty when it can."""
    if os.geteuid() != 0:
        return ["it needs root: containers, network namespaces and control groups are made"]
    reasons = [f"{name} is missing: tools/setup node installs {package}"
               for name, package in PROGRAMS.items() if not shutil.which(name)]
    if not Path("/usr/lib/cni/ptp").exists():
        reasons.append("/usr/lib/cni/ptp is missing: tools/setup node installs containernetworking-plugins")
    hierarchies = cgroup_hierarchies()
    if not hierarchies:
        reasons.append("no control groups are mounted at /sys/fs/cgroup")
    for hierarchy in hierarchies:
        if not can_make_folder(hierarchy / "peerwarden-trial"):
            reasons.append(f"control groups cannot be made in {hierarchy}")
    if any((hierarchy / "kubepods").exists() for hierarchy in hierarchies):
        reasons.append("a kubelet uses this machine already (control group kubepods): there can be only one")
    if not can_make_network_namespace():
        reasons.append("network namespaces cannot be made")
    if "\toverlay\n" not in Path("/proc/filesystems").read_text():
        reasons.append("the kernel has no overlay file system (modprobe overlay)")
    if len(str(SOCKET)) > LONGEST_SOCKET:
        reasons.append(f"the path of this tree is too long for a socket: {SOCKET}")
    return reasons


class Keepsake:
    """What was on the machine before the node came, in a file, so that another process can put it back too."""

    path = FOLDER / "before.json"

    def write(self):
        """Note settings and places."""
        self.path.write_text(json.dumps({
            "settings": {name: Path("/proc/sys", name).read_text().strip() for name in SYSTEM_SETTINGS},
            "missing": [str(path) for path in FIXED_PLACES if not path.exists()],
            "pod links": [path.name for path in POD_LINKS.glob("*")],
            "namespaces": sorted(path.name for path in Path("/run/netns").glob("*")),
        }))

    def read(self):
        """Return what was noted; nothing when the node never came so far."""
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def put_back_settings(self):
        """Give the kernel the settings that it had."""
        for name, value in self.read().get("settings", {}).items():
            path = Path("/proc/sys", name)
            if path.read_text().strip() != value:
                path.write_text(value)

    def put_back_places(self):
        """Remove what nobody had before and what is empty now."""
        for path in [*Path("/var/log/containers").glob("*"), Path("/var/lib/kubelet/device-plugins/kubelet.sock")]:
            if not path.is_symlink() or str(path.readlink()).startswith(str(FOLDER)):
                path.unlink(missing_ok=True)
        known_links = self.read().get("pod links", [])
        for path in [*POD_LINKS.glob("cni-loopback-*"), *POD_LINKS.glob("pods-*")]:
            if path.name not in known_links:
                path.unlink()
        missing = self.read().get("missing", [])
        if "/run/netns" in missing:
            quietly("umount", "/run/netns")
        for name in missing:
            remove_empty_folders(Path(name))

    def new_namespaces(self):
        """Return the names of the network namespaces that came with the node."""
        known = self.read().get("namespaces", [])
        return [path.name for path in Path("/run/netns").glob("*")
                if path.name not in known and (path.name == NETWORK_NAMESPACE or path.name.startswith("cni-"))]


def remove_empty_folders(path):
    """Remove a folder and those in it as far as nothing else is there."""
    for folder, _, _ in os.walk(path, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            pass


def join_networks():
    """Make the node's network namespace, linked with the host, with routes to pods and Services."""
    inside = ["ip", "-n", NETWORK_NAMESPACE]
    run("ip", "netns", "add", NETWORK_NAMESPACE)
    run("ip", "link", "add", HOST_LINK, "type", "veth", "peer", "name", NODE_LINK, "netns", NETWORK_NAMESPACE)
    run("ip", "address", "add", f"{HOST_ADDRESS}/24", "dev", HOST_LINK)
    run("ip", "link", "set", HOST_LINK, "up")
    run(*inside, "address", "add", f"{NODE_ADDRESS}/24", "dev", NODE_LINK)
    run(*inside, "link", "set", NODE_LINK, "up")
    run(*inside, "link", "set", "lo", "up")
    for network in (POD_NETWORK, SERVICE_NETWORK):
        run("ip", "route", "add", network, "via", NODE_ADDRESS)
    # a packet made on the node for a Service needs some route before kube-proxy's rules see it
    run(*inside, "route", "add", SERVICE_NETWORK, "dev", "lo", "src", NODE_ADDRESS)
    run(*INSIDE, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")


def part_networks(keepsake):
    """Remove the namespaces of node and pods; the links and routes go with them."""
    for name in keepsake.new_namespaces():
        quietly("ip", "netns", "delete", name)
    quietly("ip", "link", "delete", HOST_LINK)


def mounts_below(folder):
    """Return the mount points in a folder, the innermost first."""
    points = (line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return sorted((point for point in points if point.startswith(f"{folder}/")), reverse=True)


def unmount():
    """Unmount everything in the node's folder."""
    for point in mounts_below(FOLDER):
        quietly("umount", "--lazy", point)


def remove_control_groups():
    """Remove the groups of the pods, in which nothing runs any more."""
    for hierarchy in cgroup_hierarchies():
        remove_empty_folders(hierarchy / "kubepods")  # the files in a group go with it


def remove_folder():
    """Remove the node's folder, but never what is mounted in it."""
    left = mounts_below(FOLDER)
    assert not left, f"still mounted, so {FOLDER} stays: {left}"
    shutil.rmtree(FOLDER, ignore_errors=False)
