"""`peerwarden certs` on a real API server: what it says of certificates that are right and wrong, and a rotation followed to its end."""

import json
import re
import subprocess
from base64 import b64encode

import pytest

from certificate_ground import MARK, CertificateGround, fingerprint
from control_plane import ADMIN, SYSTEM_NAMESPACE, WEBHOOK
from event_loop import EventLoop
from key_pairs import Authority
from objects import thing
from polling import wait_until
from ssl import PEM_cert_to_DER_cert
from webhook import program

CLEAN, FINDINGS, TROUBLE = range(3)


class Command:
    """`peerwarden certs` as one user."""

    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig

    def __call__(self, *arguments):
        """Run it and return exit status, standard output and standard error."""
        done = subprocess.run([program("peerwarden"), "certs", "--kubeconfig", self.kubeconfig, *arguments],
                              capture_output=True, text=True, timeout=180, check=False)
        return done.returncode, done.stdout, done.stderr

    def status(self, *arguments):
        """Return the exit status and the status as JSON."""
        code, printed, complaint = self("status", "-o", "json", *arguments)
        assert complaint == ""
        return code, json.loads(printed)


@pytest.fixture(scope="module")
def certs(control_plane):
    """The command as an administrator runs it."""
    return Command(control_plane.kubeconfig(ADMIN))


@pytest.fixture(scope="module")
def ground(control_plane, tmp_path_factory):
    """An installation whose certificates a daemon has made, with a webhook in force."""
    loop = EventLoop()
    ground = CertificateGround(control_plane, loop, tmp_path_factory.mktemp("certs"))
    ground.prepare()
    ground.daemon().start_as_leader()
    wait_until(lambda: ground.stored("tls.crt"), "the empty Secret is filled")
    ground.serve()
    ground.register()
    ground.come_into_force()
    ground.wait_until_settled()
    yield ground
    ground.stop()
    loop.stop()


@pytest.fixture
def still(ground):
    """The installation while the daemon does nothing; afterwards it puts everything right."""
    ground.wait_until_settled()
    ground.daemons[0].pause()
    yield ground
    ground.daemons[0].go_on()
    ground.wait_until_settled()


def id_of(pem):
    """Return the fingerprint of a certificate."""
    return fingerprint(PEM_cert_to_DER_cert(pem))


def secret_of_another(api, authority, name, **more):
    """Store a Secret as cert-manager makes it, for a webhook that nobody has registered."""
    pair = authority.issue(name)
    data = {"tls.crt": pair.certificate.read_bytes(), "tls.key": pair.key.read_bytes(), "ca.crt": authority.bundle.encode()}
    api.store({**thing("v1", "Secret", name, namespace=SYSTEM_NAMESPACE), "type": "kubernetes.io/tls",
               "data": {key: b64encode(value).decode() for key, value in data.items()}, **more})


def test_all_is_well_where_the_daemon_has_made_everything(certs, still):
    code, printed, complaint = certs("status")
    assert (code, complaint) == (CLEAN, ""), printed
    ca, leaf = (id_of(still.stored(member))[:16] for member in ("ca.crt", "tls.crt"))
    assert re.search(rf"^  CA +{ca}  until \S+Z, renewed at \S+Z  CN=", printed, re.MULTILINE)
    assert re.search(rf"^  leaf +{leaf}  until \S+Z, renewed at \S+Z  CN=", printed, re.MULTILINE)
    assert f"  validate.peerwarden.io of validatingwebhookconfigurations/peerwarden: CA {ca}\n" in printed
    assert "\nnext: wait: nothing is due\n" in printed and "problems" not in printed


def test_the_status_is_json_too(certs, still):
    code, status = certs.status()
    assert code == CLEAN and status["problems"] == []
    assert status["secret"] == {"namespace": SYSTEM_NAMESPACE, "name": "peerwarden-webhook-tls", "exists": True}
    assert status["keptBy"] == "daemon" and status["next"]["action"] == "wait"
    rows = {row["role"]: row for row in status["certificates"]}
    assert rows["CA"]["fingerprint"] == id_of(still.stored("ca.crt"))
    for row in rows.values():
        assert row["hasKey"] and row["notBefore"] < row["renewal"] < row["notAfter"]
    assert {entry["trusts"][0]["role"] for entry in status["entries"]} == {"CA"}


def test_no_key_is_ever_printed(certs, still):
    secrets = [line for member in ("ca.key", "tls.key") for line in still.stored(member).splitlines() if "-----" not in line]
    for form in ("text", "json"):
        _, printed, _ = certs("status", "-o", form)
        assert not any(line in printed for line in secrets)


def test_an_entry_that_does_not_trust_the_leaf_is_a_problem_and_will_be_put_right(certs, still, tmp_path):
    still.put_bundle(still.shells[1], Authority(tmp_path).bundle)
    code, status = certs.status()
    assert code == FINDINGS
    assert status["problems"] == ["validate.peerwarden.io of validatingwebhookconfigurations/peerwarden does not trust the serving certificate"]
    assert status["next"]["action"] == "publish" and "validatingwebhookconfigurations/peerwarden" in status["next"]["target"]
    _, printed, _ = certs("status")
    assert ": other CA " in printed and "\nproblems:\n  validate.peerwarden.io of" in printed


def test_a_secret_without_certificates_is_a_problem(certs, still):
    assert still.api.patch(still.secret_object, {"data": None}).status == 200
    code, status = certs.status()
    assert code == FINDINGS
    assert status["problems"][0] == "Secret peerwarden-system/peerwarden-webhook-tls has no serving certificate"
    assert status["certificates"] == []


def test_where_nothing_is_installed_that_is_said(certs):
    code, status = certs.status("--namespace", "default", "--secret", "nothing", "--configuration", "nothing")
    assert code == FINDINGS
    assert status["problems"] == ["Secret default/nothing does not exist", "no entry of a webhook configuration leads to the webhook: nobody asks it"]


def test_certificates_of_another_are_judged_but_not_replaced(certs, control_plane, tmp_path):
    api = control_plane.api
    secret_of_another(api, Authority(tmp_path), "brought")
    place = ("--secret", "brought", "--configuration", "nothing")
    _, status = certs.status(*place)
    assert status["keptBy"] == "another" and "next" not in status
    assert [row["role"] for row in status["certificates"]] == ["CA", "leaf"]
    assert not any("CA or its key" in problem for problem in status["problems"])
    code, _, complaint = certs("rotate", *place)
    assert code == TROUBLE and "is another's" in complaint
    assert MARK not in str(api.get(thing("v1", "Secret", "brought", namespace=SYSTEM_NAMESPACE)).body)
    api.delete(thing("v1", "Secret", "brought", namespace=SYSTEM_NAMESPACE))


def test_who_may_not_read_the_secret_is_told_so(control_plane, ground):
    code, printed, complaint = Command(control_plane.kubeconfig(WEBHOOK))("status")
    assert (code, printed) == (TROUBLE, "")
    assert "secrets" in complaint and complaint.startswith("peerwarden: ")


def test_rotate_marks_the_ca_and_says_which(certs, still):
    present = id_of(still.stored("ca.crt"))
    code, printed, complaint = certs("rotate")
    assert (code, printed, complaint) == (CLEAN, f"CA {present[:16]} is to be replaced\n", "")
    assert still.secret()["metadata"]["annotations"][MARK] == present
    _, status = certs.status()
    assert status["marked"] == present and status["next"]["action"] == "prepare"


def test_a_wait_that_is_too_short_ends_with_one_and_changes_nothing(certs, still):
    code, printed, complaint = certs("rotate", "--wait", "1s")
    assert code == FINDINGS
    assert printed.endswith("marked; the daemon will make the next CA\n")
    assert "the time of --wait is over" in complaint


def test_a_rotation_is_followed_until_the_new_ca_is_alone_and_no_call_fails(certs, ground):
    ground.wait_until_settled()
    old = ground.stored("ca.crt")
    with ground.load():
        code, printed, complaint = certs("rotate", "--wait", "120s")
    assert (code, complaint) == (CLEAN, ""), printed
    assert printed.endswith("the new CA is alone\n")
    assert ground.stored("ca.crt") != old and ground.is_settled()


@pytest.mark.parametrize("arguments", [
    [], ["rotate", "status"], ["renew"], ["status", "--wait", "1s"], ["status", "--secret", "a/b"], ["status", "-n", ""]])
def test_wrong_usage_ends_with_two(certs, arguments):
    code, printed, complaint = certs(*arguments)
    assert (code, printed) == (TROUBLE, "") and complaint.startswith("peerwarden: ")
