"""A private OVN: two databases and northd in one folder, without ports, and ovn-trace to ask what happens to a packet.

Nothing forwards packets here. northd turns the northbound rows into logical flows, and ovn-trace follows one packet
through them, as ovn-controller and Open vSwitch would.
"""

import ctypes
import json
import os
import re
import shutil
import socket
import subprocess
import uuid

from polling import wait_until
from processes import Server, run

SCHEMAS = "/usr/share/ovn"
NORTHBOUND, SOUTHBOUND = "ovn-nb", "ovn-sb"
# ovsdb-server stands in /usr/sbin, which is not on everybody's path.
PATH = os.environ.get("PATH", "") + ":/usr/sbin"
PROGRAMS = ("ovsdb-tool", "ovsdb-server", "ovn-northd", "ovn-nbctl", "ovn-trace")
MISSING = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]

OUTPUT = re.compile(r'^ *output\("(.*)"\);$', re.MULTILINE)
ROUTER_PASSED = "ip.ttl--;"
TIME_TO_LIVE = 64

# From linux/prctl.h: what our children leave behind becomes our child, for us to wait for.
PR_SET_CHILD_SUBREAPER = 36


def identity(*words):
    """Return a row's UUID: the same words give the same one, so that a run can be repeated."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(words)))


def column(name, value):
    """Return a column as ovn-nbctl reads it."""
    if isinstance(value, dict):
        return f"{name}=" + ",".join(f"{key}={json.dumps(each)}" for key, each in value.items())
    return f"{name}={json.dumps(value)}"


class Ovn:
    """The processes, and what to ask them."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {"PATH": PATH, "OVN_RUNDIR": str(folder), "OVS_RUNDIR": str(folder)}
        self.servers = []

    def address(self, database):
        """Return the address of a database."""
        return f"unix:{self.folder}/{database}.sock"

    def program(self, *words):
        """Return a command without a place for a log or for the settings of another OVN."""
        return [shutil.which(words[0], path=PATH), "-vsyslog:off", *words[1:]]

    def serve(self, name, *words):
        """Start one process, which ends with the tests."""
        server = Server(self.program(*words, f"--unixctl={self.folder}/{name}.ctl"),
                        self.folder / f"{name}.log", **self.environment)
        self.servers.append(server)
        server.start()
        return server

    def start(self):
        """Start the databases, northd, and wait until it answers."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for database in (NORTHBOUND, SOUTHBOUND):
            file = self.folder / f"{database}.db"
            run(*self.program("ovsdb-tool", "create", file, f"{SCHEMAS}/{database}.ovsschema"))
            server = self.serve(database, "ovsdb-server", file, f"--remote=p{self.address(database)}")
            wait_until((self.folder / f"{database}.sock").exists, f"{database} listens")
            server.assert_running()
        self.serve("northd", "ovn-northd", f"--ovnnb-db={self.address(NORTHBOUND)}",
                   f"--ovnsb-db={self.address(SOUTHBOUND)}").assert_running()
        self.northbound("init")

    def stop(self):
        """End all processes."""
        for server in reversed(self.servers):
            server.kill()

    def northbound(self, *words, wait="sb"):
        """Run ovn-nbctl, and wait until northd has followed."""
        run(*self.program("ovn-nbctl", "--timeout=20", f"--db={self.address(NORTHBOUND)}", f"--wait={wait}", *words),
            env={**os.environ, **self.environment})

    def write(self, rows, turn):
        """Put rows in place of all earlier ones. Another turn gives them other UUIDs, which northd orders them by."""
        self.northbound("--all", "destroy", "Logical_Router", "--", "--all", "destroy", "Logical_Switch",
                        wait="none")
        words = ["init"]
        for row in rows:
            own = identity(str(turn), row.table, row.key)
            words += ["--", f"--id={own}", "create", row.table, *(column(*each) for each in row.columns.items())]
            if row.parent:
                table, key, where = row.parent
                words += ["--", "add", table, identity(str(turn), table, key), where, own]
        self.northbound(*words)

    def lost(self, journeys):
        """Return the journeys whose packets do not arrive."""
        with Tracer(self) as tracer:
            return [journey for journey in journeys if not tracer.delivers(journey)]


class Tracer:
    """ovn-trace as a daemon: it reads the rows once, and answers then on a socket.

    A shell ends it as soon as we let go of the shell's input, so it does not outlive us, however we end.
    """

    GUARD = '"$@" && echo ready; read -r _; kill "$(cat trace.pid)"'

    def __init__(self, ovn):
        self.folder = ovn.folder
        self.guard = subprocess.Popen(
            ["sh", "-c", self.GUARD, "sh", *ovn.program(
                "ovn-trace", "-vconsole:off", "--detach", "--no-chdir", "--ct=new",
                f"--pidfile={self.folder}/trace.pid", f"--unixctl={self.folder}/trace.ctl",
                f"--db={ovn.address(SOUTHBOUND)}")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder,
            env={**os.environ, **ovn.environment})

    def __enter__(self):
        if self.guard.stdout.readline() != "ready\n":
            raise AssertionError(f"ovn-trace does not start: {self.guard.communicate()[0]}")
        self.process = int((self.folder / "trace.pid").read_text())
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(30)
        self.connection.connect(str(self.folder / "trace.ctl"))
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.guard.communicate()
        os.waitpid(self.process, 0)

    def ask(self, *words):
        """Return what the daemon answers to a trace command."""
        self.connection.sendall(json.dumps({"id": 0, "method": "trace", "params": words}).encode())
        received = b""
        while not received.endswith(b"}"):
            part = self.connection.recv(65536)
            assert part, f"ovn-trace ended: {words}"
            received += part
        reply = json.loads(received)
        assert "result" in reply, f"{words}: {reply}"
        return reply["result"]

    def delivers(self, journey):
        """Say whether a packet of a journey gets to its target, to nobody else, and through two routers alone: a
        detour through a third VPC is no success of the peering."""
        source, target, family = journey
        answer = self.ask("--minimal", source.switch, " && ".join((
            f"inport == {json.dumps(source.name)}", f"eth.src == {source.mac}", f"eth.dst == {source.gateway_mac}",
            f"ip{family}.src == {source.addresses[family]}", f"ip{family}.dst == {target.addresses[family]}",
            f"ip.ttl == {TIME_TO_LIVE}")))
        assert answer.startswith("# ip"), f"{journey}: {answer}"
        return OUTPUT.findall(answer) == [target.name] and answer.count(ROUTER_PASSED) == 2
