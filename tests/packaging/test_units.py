"""The systemd units: systemd finds no fault in them, they leave little to attack, and the programs need nothing that they forbid."""
import os
import re
import signal
import subprocess
import time

import pytest

from packages import BUILD, ROOT, printed

FOLDER = ROOT / "tools" / "packaging" / "systemd"
PROGRAMS = ("webhook", "daemon")
MOST_EXPOSED = 2.5
KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "https://localhost:1"}}]
users: [{name: a, user: {token: x}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
"""


def unit(program):
    """Return the text of a unit."""
    return (FOLDER / f"peerwarden-{program}.service").read_text()


def settings(program, section, name):
    """Return all values of a setting, in their order."""
    part = re.search(rf"^\[{section}\]\n(.*?)(?=^\[|\Z)", unit(program), re.MULTILINE | re.DOTALL)[1]
    return re.findall(rf"^{name}=(.*)$", part, re.MULTILINE)


@pytest.mark.parametrize("program", PROGRAMS)
def test_systemd_finds_no_fault(program, tmp_path):
    path = tmp_path / f"peerwarden-{program}.service"
    path.write_text(unit(program).replace("/usr/sbin/", f"{BUILD}/"))
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize("program", PROGRAMS)
def test_little_is_left_to_attack(program):
    name = f"peerwarden-{program}.service"
    path = FOLDER / name
    printed_text = printed("systemd-analyze", "security", "--no-pager", "--offline=true", path)
    level = float(re.search(rf"exposure level for {re.escape(name)}: ([\d.]+)", printed_text)[1])
    assert level < MOST_EXPOSED, printed_text


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_unit_is_not_started_unless_somebody_enables_it(program):
    assert settings(program, "Install", "WantedBy") == ["multi-user.target"]
    assert not list(FOLDER.glob("*.preset"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_option_of_a_unit_is_one_of_the_program(program):
    (command,) = settings(program, "Service", "ExecStart")
    shown = printed(BUILD / f"peerwarden-{program}", "--help")
    for option in re.findall(r"--[a-z-]+", command):
        assert re.search(rf"{option}\b", shown), option


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_credential_that_is_used_is_loaded(program):
    (command,) = settings(program, "Service", "ExecStart")
    loaded = {value.split(":")[0] for value in settings(program, "Service", "LoadCredential")}
    assert set(re.findall(r"\$\{CREDENTIALS_DIRECTORY\}/(\S+)", command)) == loaded
    needed = set(settings(program, "Unit", "AssertPathExists"))
    assert needed == {value.split(":")[1] for value in settings(program, "Service", "LoadCredential")}


def test_the_webhook_may_take_as_long_to_end_as_it_does():
    shown = " ".join(printed(BUILD / "peerwarden-webhook", "--help").split())
    delays = [int(re.search(rf"--{name} .*?\(default (\d+)s", shown)[1]) for name in ("shutdown-delay", "drain-time")]
    (limit,) = settings("webhook", "Service", "TimeoutStopSec")
    assert int(limit.removesuffix("s")) > sum(delays)


def allowed_calls():
    """Return the system calls that the units let pass, by systemd's own lists."""
    groups, group = {}, None
    for line in printed("systemd-analyze", "--no-pager", "syscall-filter").splitlines():
        if line.startswith("@"):
            group = groups.setdefault(line.split()[0], [])
        elif group is not None and line.strip() and not line.strip().startswith("#"):
            group.append(line.strip())

    def calls(name):
        return {call for entry in groups[name] for call in (calls(entry) if entry.startswith("@") else {entry})}
    return calls("@default") | calls("@system-service") - calls("@privileged") - calls("@resources")


def test_the_units_have_the_filter_that_is_tested_here():
    for program in PROGRAMS:
        assert settings(program, "Service", "SystemCallFilter") == ["@system-service", "~@privileged @resources"]
        assert settings(program, "Service", "MemoryDenyWriteExecute") == ["yes"]


def arguments(program, folder):
    """Return what a program is started with, as the unit does, but for its ports and without a cluster that answers."""
    (folder / "kubeconfig").write_text(KUBECONFIG)
    common = ["--kubeconfig", folder / "kubeconfig", "--pod-namespace", "peerwarden-system"]
    if program == "daemon":
        return [*common, "--listen", "127.0.0.1:0"]
    printed("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "tls.key", "-out",
            folder / "tls.crt", "-subj", "/CN=localhost")
    return [*common, "--tls-cert", folder / "tls.crt", "--tls-key", folder / "tls.key", "--listen", "127.0.0.1:0", "--metrics-listen",
            "127.0.0.1:0", "--shutdown-delay", "0s"]


@pytest.fixture(scope="module", name="traces")
def fixture_traces(tmp_path_factory):
    """Run each program for a moment and return which system calls it made."""
    found = {}
    for program in PROGRAMS:
        folder = tmp_path_factory.mktemp(program)
        log = folder / "log"
        with open(log, "w", encoding="utf-8") as stream:
            process = subprocess.Popen(["strace", "-f", "-qq", "-o", folder / "trace", BUILD / f"peerwarden-{program}", *arguments(program, folder)],
                                       stderr=stream, start_new_session=True)
        while '"serving"' not in log.read_text() and '"started"' not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
        found[program] = (folder / "trace").read_text()
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_makes_only_system_calls_that_its_unit_lets_pass(traces, program):
    made = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", traces[program], re.MULTILINE))
    assert len(made) > 20
    assert made - allowed_calls() == set()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_never_has_memory_that_it_writes_and_runs(traces, program):
    assert "PROT_WRITE|PROT_EXEC" not in traces[program]
    assert "mprotect(" in traces[program]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_opens_only_sockets_of_the_families_that_its_unit_names(traces, program):
    (families,) = settings(program, "Service", "RestrictAddressFamilies")
    # The C library asks AF_NETLINK for the machine's addresses, and goes on without an answer.
    used = set(re.findall(r"socket\((AF_[A-Z0-9]+)", traces[program])) - {"AF_NETLINK"}
    assert used and used <= set(families.split())
